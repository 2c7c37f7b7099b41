"""Whatever a name or a number is, no word of it stands on two lines, and nothing of a card stands outside it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from brapped_assets_tests.browser.conftest import Pages
from brapped_assets_tests.browser.reading import SETTLED, misplaced, misplaced_in_pictures
from brapped_assets_tests.browser.test_layout import at_every_width, at_widths
from brapped_assets_tests.browser.visitor import Visitor
from brapped_assets_tests.examples import quick_of

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
# Every name and every number of the page becomes one of these in turn; headlines begin with that of `nth`.
WRITE = """([names, numbers, nth]) => {
  const turns = { names: nth, numbers: nth, headlines: nth };
  const next = (of, turn) => of[turns[turn]++ % of.length];
  for (const name of document.querySelectorAll("main [dir=auto]"))
    if (!name.children.length) name.textContent = next(names, name.closest(".headline") ? "headlines" : "names");
  const figures = ".headline.figure, .huge:not(.words), .big:not(.date), .count, .worth, .numbers dd, .numbers td, "
    + ".shares b, .chart .figure";
  for (const figure of document.querySelectorAll(figures)) {
    const text = [...figure.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (text) text.data = next(numbers, "numbers");
  }
  for (const [nth, rank] of document.querySelectorAll(".ranked .rank, .near .rank").entries())
    rank.textContent = 998 + nth;
  window.fit?.(document);
}"""
# Size, and how much of the place of "brapped" at the foot has the colour of its letters.
DRAWN = """async () => {
  const found = {};
  for (const frame of document.querySelectorAll("[data-frame]")) {
    const scene = frame.querySelector(".scene"), copy = await laidOut(scene);
    const name = copy.querySelector(".signature b").getBoundingClientRect(), origin = copy.getBoundingClientRect();
    const ink = getComputedStyle(copy.querySelector(".signature b")).color.match(/\\d+/g).map(Number);
    copy.remove();
    const picture = await createImageBitmap((await pictureOf(scene)).blob);
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


# The smallest letters that are seen on small cards, in px; those of a headline are as large as its words let them be.
SMALLEST = """() => {
  const sizes = [], walk = document.createTreeWalker(document.querySelector("[data-stage]"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(".headline, .sr")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    sizes.push(parseFloat(getComputedStyle(element).fontSize));
  }
  return Math.min(...sizes);
}"""

FAULTY = """
<style>
  .card { width: 90px; font: 20px sans-serif; } .scene { width: 90px; height: 90px; overflow: hidden; }
  .narrow { width: 2ch; overflow-wrap: anywhere; } .clip { overflow: hidden; } .clip, .out { white-space: nowrap; }
</style>
<div class=card><p class=narrow>54,914</p><p class=clip>1,234,567,890</p><p class=out>Wordswordswords</p></div>
<p>54,914 words</p><p class=clip dir=auto>A name that goes on and on, longer than any line of a page</p>
<div class=scene><div class=story>
  <h2 class=headline>Hi</h2><p>So it is</p><p class=signature><b>brapped</b> <span>2025</span></p>
</div></div>
"""
# Cards with a name as their headline.
NAMED = 8


def written(page: Page, nth: int, numbers: tuple[str, ...] = NUMBERS) -> Page:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    page.evaluate(WRITE, [NAMES, numbers, nth])
    return page


def test_what_breaks_is_cut_or_stands_outside_is_seen(visitor: Visitor) -> None:
    """The measure of all tests here, held against a page with one fault of each kind, and with what is none."""
    page = visitor.window(390)
    page.set_content(FAULTY)
    assert misplaced(page) == [
        "“00,000” in narrow is on two lines",
        "“0,000,000,000” in clip is cut by clip",
        "“Wordswordswords” in out is cut by card",
        "“brapped” in signature is outside its scene",
        "“0000” in signature is outside its scene",
        "scene: the signature is outside",
    ]


# Every page at the narrowest and the widest, in the wider letters; all widths in both letters are in `make check`.
PAGES = ("/?range=all", "/explore?range=all", "/today", "/history", "/search?q=window", "/artist/{artist}")


@pytest.mark.parametrize("path", PAGES)
def test_on_a_page(visitor: Visitor, path: str) -> None:
    assert at_widths(written(visitor.visit(path), 0), (320, 1280), "sans-serif") == []


def test_titles_of_episodes_have_their_place(chromium: Browser, absent: str) -> None:
    visitor = Visitor(chromium, absent)
    assert at_widths(visitor.visit("/spoken?range=all"), (320, 390, 1280), "sans-serif") == []
    visitor.leave()


def test_on_every_card_and_its_picture(visitor: Visitor) -> None:
    page = written(visitor.visit("/wrapped?range=all"), 0, FIGURES)
    assert at_widths(page, (320,), "sans-serif") == []
    assert misplaced_in_pictures(page) == []
    page.keyboard.press("Escape")
    assert at_widths(page, (320,), "sans-serif") == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_on_a_page_at_every_width_in_all_letters(visitor: Visitor, path: str) -> None:
    assert at_every_width(written(visitor.visit(path), 0), (320, 768, 1280)) == []


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(0, len(NAMES), NAMED))
def test_on_every_card_and_its_picture_at_every_width_with_every_name(visitor: Visitor, nth: int) -> None:
    page = written(visitor.visit("/wrapped?range=all"), nth, FIGURES)
    assert page.locator(".headline [dir=auto]").count() == NAMED
    assert at_every_width(page, (320, 390, 1280)) == []
    assert misplaced_in_pictures(page) == []
    page.keyboard.press("Escape")
    assert at_every_width(page, (320,)) == []


def test_small_cards_say_what_they_are_about_in_letters_that_can_be_read(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all")
    page.keyboard.press("Escape")
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SETTLED)
        assert page.evaluate(SMALLEST) >= 11
    assert page.locator("[data-frame]").count() == page.get_by_role("button", name=re.compile("^Open ")).count()
    assert page.get_by_role("button", name="Save picture").count() == 0
    page.get_by_role("button", name="Open Top artists").click()
    expect(page.locator("[data-place]")).to_contain_text("Top artists")


def test_of_more_lines_than_a_headline_shows_no_sliver_is_seen(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all", 1280)
    page.keyboard.press("Escape")
    page.evaluate(WRITE, [["Él lleva ya muchísimas palabras " * 20], NUMBERS, 0])
    shown = page.evaluate("""() => [...document.querySelectorAll(".headline")].map((headline) => {
      fit(headline.closest(".scene"));
      const style = getComputedStyle(headline), clamped = headline.scrollHeight > headline.clientHeight + 2;
      return clamped && headline.clientHeight - parseFloat(style.paddingTop) - 4 * parseFloat(style.lineHeight);
    }).filter((over) => over !== false)""")
    assert shown
    assert max(shown) <= 1


def test_a_picture_is_whole_and_signed(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all")
    pictures = page.evaluate(DRAWN)
    assert len(pictures) > 10
    assert {name: told for name, told in pictures.items() if told[:2] != [1080, 1920] or not 0.1 < told[2] < 0.6} == {}


@pytest.mark.parametrize("path", quick_of(1, ["/wrapped?range=all", "/?range=all", "/artist/{artist}"]))
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


def test_a_finger_reads_a_square_and_a_second_tap_opens_its_day(visitor: Visitor) -> None:
    page = visitor.window(390, has_touch=True, is_mobile=True)
    page.goto("/")
    told = page.locator(".calendar + [data-told]")
    day = page.locator("[data-day='2026-11-20']")
    day.tap()
    expect(told).to_have_text(day.text_content() or "")
    assert "range" not in page.url
    day.tap()
    page.wait_for_url("**/?range=2026-11-20*")
    page.go_back()
    page.locator(".week tbody td").first.tap()
    expect(page.locator(".week-box + [data-told]")).to_have_text(re.compile(r"^Monday 00:00, \d+ plays$"))


@pytest.mark.parametrize("path", ["/today", "/search?q=window", "/history"])
def test_a_name_that_runs_from_right_to_left_stands_beside_its_cover(visitor: Visitor, path: str) -> None:
    page = visitor.visit(path)
    page.evaluate(WRITE, [["نور وردة"], NUMBERS, 0])
    beside = page.evaluate("""() => [...document.querySelectorAll(".what [dir=auto]")].map((name) => {
      const words = document.createRange();
      words.selectNodeContents(name);
      return Math.round(words.getBoundingClientRect().left - name.closest(".what").getBoundingClientRect().left);
    })""")
    assert beside
    assert set(beside) == {0}


@pytest.mark.parametrize("path", ["/?range=all", "/today", "/wrapped?range=2025"])
@pytest.mark.parametrize("width", quick_of(1, [320, 768]))
def test_without_a_script_figures_are_whole(visitor: Visitor, path: str, width: int) -> None:
    page = visitor.visit(path, width, java_script_enabled=False)
    if not path.startswith("/wrapped"):
        page.evaluate(WRITE, [["A name"], ["1,234,567"], 0])
    assert [line for line in misplaced(page) if re.search(r"“[≈+−]*0|px wider", line)] == []
