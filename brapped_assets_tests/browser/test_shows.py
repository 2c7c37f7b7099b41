"""The card of what is no music, whatever shows are called: its names end in "…" before its letters give way."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from brapped_assets_tests.browser.listened import HOSTILE
from brapped_assets_tests.browser.reading import MISPLACED, SETTLED, misplaced
from brapped_assets_tests.browser.test_type import SMALLEST
from brapped_assets_tests.browser.visitor import Visitor

SHOWS = (
    ("X", "A show of many words " * 14, "W" * 300),
    ("इश्क़ धूप का सफ़र " * 16, "نور وردة حبيبي " * 20, "長い長い長い名前の番組はどこまでも続いていくものである" * 11),
    ("Z\u0324\u0354\u0301a\u0318\u0300l\u032eg\u0339o\u0323" * 60, "🔥💜" * 150, "נשמע " * 60),
    HOSTILE[:3],
    HOSTILE[3:],
)
# As many as a card of genres has.
FIVE = ("A show of many words " * 14, "نور وردة حبيبي " * 20, "W" * 300, "X", "इश्क़ धूप का सफ़र " * 16)
MANY_WORDS = ("A show of many words " * 14, "इश्क़ धूप का सफ़र " * 16, "نور وردة حبيبي " * 20, "נשמע " * 60)
# The names of shows become these, and the card is fitted anew.
CALL = """(names) => {
  const rows = document.querySelector(".k-spoken .told");
  rows.replaceChildren(...names.map((name) => {
    const row = rows.firstElementChild.cloneNode(true);
    row.querySelector("dt").textContent = name;
    return row;
  }));
  fit(document);
}"""
# Names that stand among others become this one: what is wider than its place, or gives its second line up.
AMONG_OTHERS = """(name) => {
  const found = [], names = [...document.querySelectorAll(".told dt[dir], .lines.short .whose > :first-child")];
  for (const one of names) one.textContent = name;
  fit(document);
  for (const one of names) {
    const lines = Math.round(one.clientHeight / parseFloat(getComputedStyle(one).lineHeight));
    if (lines !== 2 || one.scrollWidth > one.clientWidth) found.push(`${lines}, ${one.scrollWidth}: ${one.outerHTML}`);
  }
  return [names.length, found];
}"""
# The card's picture in each shape: what is misplaced, how much larger its number is than its names, what is cut.
PICTURES = f"""async () => {{
  const misplaced = {MISPLACED}, scene = document.querySelector(".k-spoken"), found = [];
  const size = (part) => parseFloat(getComputedStyle(part).fontSize);
  for (const shape of ["9x16", "4x5", "1x1", "16x9"]) {{
    const copy = await laidOut(scene, {{ shape }});
    found.push(...misplaced(copy).map((line) => `${{shape}}: ${{line}}`));
    const largest = Math.max(...[...copy.querySelectorAll(".told dt")].map(size));
    if (size(copy.querySelector(".headline")) < 1.5 * largest) found.push(`${{shape}}: the number is small`);
    copy.remove();
  }}
  return found;
}}"""
# What ends in "…" on each card, and in its picture.
CUT = """async () => {
  const cut = (scene) => [...scene.querySelectorAll(".cut")].map((part) => part.textContent);
  const found = {};
  for (const scene of document.querySelectorAll("[data-frame] .scene")) {
    fit(scene);
    const copy = await laidOut(scene);
    found[scene.closest("[data-frame]").dataset.name] = [cut(scene), cut(copy)];
    copy.remove();
  }
  return found;
}"""


@pytest.fixture
def story(chromium: Browser, absent: str) -> Iterator[Page]:
    visitor = Visitor(chromium, absent)
    page = visitor.visit("/wrapped?range=all", 1280)
    page.keyboard.press("Escape")
    yield page
    visitor.leave()
    assert visitor.troubles == []


def test_whatever_shows_are_called_small_cards_can_be_read(story: Page) -> None:
    for width in (320, 390):
        story.set_viewport_size({"width": width, "height": 800})
        story.evaluate(SETTLED)
        for names in (*SHOWS, FIVE):
            story.evaluate(CALL, names)
            assert story.evaluate(SMALLEST) >= 11, (width, names)
            assert misplaced(story) == [], (width, names)


def test_whatever_shows_are_called_their_card_and_its_pictures_hold_them_below_a_large_number(story: Page) -> None:
    for names in SHOWS:
        story.evaluate(CALL, names)
        assert misplaced(story) == [], names
        assert story.evaluate(PICTURES) == [], names


def test_of_many_words_two_lines_are_seen_whichever_way_they_run(story: Page) -> None:
    for name in MANY_WORDS:
        many, found = story.evaluate(AMONG_OTHERS, name)
        assert many > 10
        assert found == []


def test_a_picture_cuts_what_its_card_cuts(story: Page) -> None:
    for names in SHOWS:
        story.evaluate(CALL, names)
        assert {name: both for name, both in story.evaluate(CUT).items() if both[0] != both[1]} == {}
