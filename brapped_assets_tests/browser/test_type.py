"""Whatever a name or a number is, no word of it stands on two lines, and nothing of a card stands outside it."""

import pytest
from playwright.sync_api import Browser, Page

from brapped_assets_tests.browser.conftest import Pages
from brapped_assets_tests.browser.reading import misplaced_in_pictures
from brapped_assets_tests.browser.test_layout import at_every_width
from brapped_assets_tests.browser.visitor import Visitor

NUMBERS = ("1", "54,914", "1,234,567", "−100\u00a0%", "+1\u00a0%")
# What stands as large as the card is wide.
FIGURES = (*NUMBERS, "30\u00a0September")
NAMES = (
    "X",
    "Rindfleischetikettierungsüberwachungsauf",
    "A name that goes on and on, longer than any line of any page will ever be, on purpose",
    "WWWWWWW MMMMMMM",
    "इश्क़ धूप का सफ़र",
    "夜に駆ける",
    "長い長い長い名前の歌はどこまでも続いていくものである",
    "좋은 날 그대와 함께",
    "نور وردة حبيبي",
    "🔥💜 Love 🎧",
    "Đặng Thị Ngọc Ánh",
)
# Every name and every number of the page becomes one of these in turn, beginning with that of `nth`.
WRITE = """([names, numbers, nth]) => {
  const next = (of) => of[nth++ % of.length];
  for (const name of document.querySelectorAll("main [dir=auto]"))
    if (!name.children.length) name.textContent = next(names);
  const figures = ".headline.figure, .huge:not(.words), .big:not(.date), .count, .worth, .numbers dd, .numbers td, "
    + ".shares b, .chart .figure";
  for (const figure of document.querySelectorAll(figures)) {
    const text = [...figure.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (text) text.data = next(numbers);
  }
  for (const [nth, rank] of document.querySelectorAll(".ranked .rank, .near .rank").entries())
    rank.textContent = 998 + nth;
  fit(document);
}"""
# Size, and how much of the place of "brapped" at the foot has the colour of its letters.
DRAWN = """async () => {
  const found = {};
  for (const frame of document.querySelectorAll("[data-frame]")) {
    const scene = frame.querySelector(".scene"), copy = await laidOut(scene);
    const name = copy.querySelector(".signature b").getBoundingClientRect(), origin = copy.getBoundingClientRect();
    const ink = getComputedStyle(copy.querySelector(".signature b")).color.match(/\\d+/g).map(Number);
    copy.remove();
    const picture = await createImageBitmap(await pictureOf(scene));
    const across = Math.round(name.width * 3), down = Math.round(name.height * 3);
    const canvas = Object.assign(document.createElement("canvas"), { width: across, height: down });
    const context = canvas.getContext("2d");
    context.drawImage(picture, -(name.left - origin.left) * 3, -(name.top - origin.top) * 3);
    const { data } = context.getImageData(0, 0, across, down);
    let inked = 0;
    for (let at = 0; at < data.length; at += 4)
      inked += ink.every((value, nth) => Math.abs(data[at + nth] - value) < 24);
    found[frame.dataset.name] = [picture.width, picture.height, inked * 4 / data.length];
  }
  return found;
}"""


def written(page: Page, nth: int) -> Page:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    page.evaluate(WRITE, [NAMES, NUMBERS, nth])
    return page


@pytest.mark.parametrize("path", ["/?range=all", "/today", "/history", "/search?q=window", "/artist/{artist}"])
def test_on_a_page(visitor: Visitor, path: str) -> None:
    page = visitor.visit(path)
    for nth in (0, 1):
        assert at_every_width(written(page, nth), (320, 390, 768, 1280)) == []


@pytest.mark.parametrize("nth", range(len(NAMES)))
def test_on_every_card_and_its_picture(visitor: Visitor, nth: int) -> None:
    page = visitor.visit("/wrapped?range=all")
    page.evaluate(WRITE, [[NAMES[nth]], [FIGURES[nth % len(FIGURES)]], 0])
    assert at_every_width(page, (320, 390, 1280)) == []
    assert misplaced_in_pictures(page) == []
    page.keyboard.press("Escape")
    assert at_every_width(page, (320, 390)) == []


def test_a_picture_is_whole_and_signed(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all")
    pictures = page.evaluate(DRAWN)
    assert len(pictures) > 10
    assert {name: told for name, told in pictures.items() if told[:2] != [1080, 1920] or not 0.1 < told[2] < 0.6} == {}


@pytest.mark.parametrize("path", ["/?range=all", "/wrapped?range=all", "/history", "/artist/{artist}"])
def test_with_the_letters_of_other_scripts(with_noto: Browser, years: Pages, path: str) -> None:
    visitor = Visitor(with_noto, years.url, years.keys)
    page = written(visitor.visit(path), 0)
    assert at_every_width(page, (320, 768)) == []
    visitor.leave()
    assert visitor.troubles == []


def test_latin_letters_are_ours(visitor: Visitor) -> None:
    """On the page and on the canvas of a picture, which would quietly take another font."""
    page = visitor.visit("/wrapped?range=2025")
    ours, others = page.evaluate("""async () => {
      await document.fonts.ready;
      const context = document.createElement("canvas").getContext("2d");
      return ["Figtree, sans-serif", "sans-serif"].map((font) => {
        context.font = `900 100px ${font}`;
        return context.measureText("Brapped 54,914 ő").width;
      });
    }""")
    assert page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    assert ours < others * 0.95
