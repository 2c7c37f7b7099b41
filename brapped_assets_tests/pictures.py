"""The README's pictures of the pages, taken of a demo: `python -m brapped_assets_tests.pictures http://127.0.0.1:3300`.

Those of Dagster's UI are taken by hand: its graph lays itself out anew each time.
"""

import sys
from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from brapped_assets_tests.browser.conftest import CHROMIUM

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
CARDS = ("artists", "album", "race", "summary")
PAINTED = """async (names) => Promise.all(names.map(async (name) => {
  const { canvas } = await paintedCard(document.querySelector(`[data-name="${name}"] .scene`));
  return canvas.toDataURL("image/png").split(",")[1];
}))"""
GAP, WIDE = 24, 1280


def page_of(browser: Browser, url: str, width: int, height: int, scheme: Literal["light", "dark"]) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    page.goto(url, wait_until="networkidle")
    return page


def beside(pictures: Sequence[Image.Image], height: int) -> Image.Image:
    """In a row, all of one height, on what is seen through."""
    scaled = [picture.resize((round(picture.width * height / picture.height), height)) for picture in pictures]
    row = Image.new("RGBA", (sum(one.width for one in scaled) + GAP * (len(scaled) - 1), height))
    across = 0
    for one in scaled:
        row.paste(one, (across, 0))
        across += one.width + GAP
    return row.resize((WIDE, round(height * WIDE / row.width)))


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        story = page_of(browser, f"{url}/wrapped?range=2025", WIDE, 900, "light")
        cards = [Image.open(BytesIO(b64decode(card))) for card in story.evaluate(PAINTED, list(CARDS))]
        desktop = page_of(browser, f"{url}/?range=2025", WIDE, 1150, "light").screenshot()
        phone = page_of(browser, f"{url}/?range=2025", 390, 844, "dark").screenshot()
        browser.close()
    beside(cards, 1280).quantize(256).save(PICTURES / "wrapped.png", optimize=True)
    pages = [Image.open(BytesIO(picture)) for picture in (desktop, phone)]
    beside(pages, 1150).quantize(256).save(PICTURES / "overview.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
