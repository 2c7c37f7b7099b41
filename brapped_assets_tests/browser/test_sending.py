"""A story on a phone: tapped and swiped through, and its cards handed to another app."""

import struct
from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from brapped_assets_tests.browser.finger import draw
from brapped_assets_tests.browser.visitor import Visitor

# What a phone has and this browser has not: a share sheet, whose owner does as `answer` says.
SHARE_SHEET = """(() => {
  window.shared = [];
  navigator.canShare = ({ files }) => ANSWER !== "takes no files" && files.every((file) => file.type === "image/png");
  navigator.share = async ({ files }) => {
    document.documentElement.dataset.asked = "to share";
    if (ANSWER !== "sent") throw new DOMException("No.", ANSWER);
    for (const file of files) {
      const address = await new Promise((resolve) => {
        const reader = Object.assign(new FileReader(), { onload: () => resolve(reader.result) });
        reader.readAsDataURL(file);
      });
      window.shared.push([file.name, file.type, address.split(",")[1]]);
    }
    document.documentElement.dataset.asked = "and shared";
  };
})()"""
PLACE = "[data-place]"
# A square of one colour would be a few kilobytes.
LEAST_BYTES = 20_000


def on_a_phone(visitor: Visitor, answer: str) -> Page:
    page = visitor.window(390, has_touch=True, is_mobile=True)
    page.add_init_script(SHARE_SHEET.replace("ANSWER", repr(answer)))
    page.goto("/wrapped?range=2025")
    return page


def size(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_a_card_reaches_the_share_sheet_as_a_picture(visitor: Visitor) -> None:
    page = on_a_phone(visitor, "sent")
    button = page.locator(".frame.on [data-send]")
    expect(button).to_have_text("Send")
    button.tap()
    expect(page.locator("html")).to_have_attribute("data-asked", "and shared")
    ((name, media_type, content),) = page.evaluate("window.shared")
    assert (name, media_type) == ("brapped-2025-minutes.png", "image/png")
    picture = b64decode(content)
    assert size(picture) == (1080, 1920)
    assert len(picture) > LEAST_BYTES
    expect(button).to_have_text("Send")


def test_who_closes_the_share_sheet_is_not_told_of_a_mistake(visitor: Visitor) -> None:
    page = on_a_phone(visitor, "AbortError")
    saved: list[str] = []

    def note(download: Download) -> None:
        saved.append(download.suggested_filename)

    page.on("download", note)
    button = page.locator(".frame.on [data-send]")
    button.tap()
    expect(page.locator("html")).to_have_attribute("data-asked", "to share")
    expect(button).to_have_text("Send")
    page.wait_for_timeout(100)
    assert saved == []


@pytest.mark.parametrize("answer", ["takes no files", "NotAllowedError"])
def test_where_no_picture_can_be_sent_it_is_saved(visitor: Visitor, answer: str, tmp_path: Path) -> None:
    page = on_a_phone(visitor, answer)
    button = page.locator(".frame.on [data-send]")
    expect(button).to_have_text("Send" if answer == "NotAllowedError" else "Save picture")
    with page.expect_download() as saving:
        button.tap()
    saving.value.save_as(tmp_path / "card.png")
    assert size((tmp_path / "card.png").read_bytes()) == (1080, 1920)


def test_a_browser_that_draws_no_picture_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.window(390)
    page.add_init_script("HTMLCanvasElement.prototype.toBlob = (call) => call(null)")
    page.goto("/wrapped?range=2025")
    button = page.locator(".frame.on [data-send]")
    button.click()
    expect(button).to_have_text("No picture here: take a screenshot")


def test_a_story_is_told_by_taps(visitor: Visitor) -> None:
    page = on_a_phone(visitor, "sent")
    place = page.locator(PLACE)
    for across, card in ((300, 2), (300, 3), (40, 2)):
        page.touchscreen.tap(across, 100)
        expect(place).to_contain_text(f"Card {card} of")


def test_a_story_is_told_by_swipes(visitor: Visitor) -> None:
    page = on_a_phone(visitor, "sent")
    place = page.locator(PLACE)
    for first, last, card in ((320, 60, 2), (320, 60, 3), (60, 320, 2)):
        draw(page, (first, 300), (last, 300))
        expect(place).to_contain_text(f"Card {card} of")
