"""Every page at every width, in the light and in the dark: nothing wider, nothing too small, all of it readable."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from brapped_assets_tests.browser.reading import LETTERS, SETTLED, misplaced, too_faint, too_small
from brapped_assets_tests.browser.visitor import HEIGHT, WIDER, WIDTHS, Visitor
from brapped_assets_tests.examples import quick_of

PATHS = (
    "/", "/?range=all&by=minutes", "/?range=2026-11-20", "/?range=2019",
    "/explore", "/explore?range=all&by=minutes&device=Phone&artist={artist}", "/explore?range=2019&hour=3&weekday=1",
    "/today", "/wrapped?range=2025",
    "/wrapped?range=2026-11-20..2026-11-21", "/wrapped/choose", "/history",
    "/search?q=window", "/artist/{artist}", "/artist/{other_artist}?range=2025", "/track/{track}", "/album/{album}",
    "/list/artists?range=all", "/list/songs?range=2025&sort=last", "/list/albums?q=nothing+like+it",
    "/list/days?range=all", "/changes/artists?range=2025-06", "/changes/songs?range=2025&against=2019",
    "/places/artists?range=2025", "/places/songs?range=all",
    "/list/contexts", "/artist/99999", "/hidden", "/counted", "/add", "/offline", "/settings", "/api",
)  # fmt: skip
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
MISSING = ("/artist/99999",)
Look = Callable[[Page], list[str]]


def at_every_width(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """What breaks, is cut or stands outside its place: in our own letters, and in the machine's as without ours."""
    # The machine's letters are the wider ones.
    return at_widths(page, widths[::2], "") + at_widths(page, widths, "sans-serif")


def at_widths(page: Page, widths: Sequence[int], font: str) -> list[str]:
    """What breaks, is cut or stands outside its place in our own letters, or in those of a font of the machine."""
    found = []
    page.emulate_media(color_scheme="light" if font else "dark", reduced_motion="reduce")
    page.evaluate(LETTERS, font)
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate(SETTLED)
        found += [f"{width}, {font or 'ours'}: {line}" for line in misplaced(page)]
    if font:
        page.evaluate(LETTERS, "")
    return found


def to_the_eye(page: Page, schemes: Sequence[Literal["light", "dark"]] = SCHEMES) -> list[str]:
    """What cannot be read in the light or the dark, or not be touched, on a phone."""
    page.set_viewport_size({"width": 390, "height": HEIGHT})
    page.evaluate(SETTLED)
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {line}" for line in too_faint(page)]
    return found + too_small(page)


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe calls serious or critical: its rule, and where."""
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
    return [(one["id"], node["html"][:120]) for one in found for node in one["nodes"]]


def faults(page: Page) -> list[str]:
    """What is wrong with a page at each width, and to the eye in the light and the dark."""
    found = at_every_width(page)
    page.set_viewport_size({"width": 1920, "height": HEIGHT})
    if wider := page.evaluate(WIDER):
        found.append(f"1920: {wider} px wider than the window")
    return found + to_the_eye(page)


def faults_at_a_glance(page: Page) -> list[str]:
    """What is wrong with a page on a phone and a desk, in the wider letters, and to the eye in the dark."""
    return at_widths(page, (390, 1280), "sans-serif") + to_the_eye(page, ["dark"])


LOOKS = pytest.mark.parametrize("look", quick_of(1, [faults_at_a_glance, faults]))


def opened(visitor: Visitor, path: str) -> Iterator[Page]:
    """A page with all it can unfold; a story as it is told, and then as small cards."""
    page = visitor.visit(path)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    yield page
    if page.locator("html.playing").count():
        page.keyboard.press("Escape")
        yield page
    if path in MISSING:
        # The browser itself says that the page is not there.
        assert ["404" in trouble for trouble in visitor.troubles] == [True]
        visitor.troubles.clear()


# A phone and, from page to page, another width, in the light or the dark: the full product is in `make check`.
SOME = list(zip(PATHS, cycle((320, 1280, 768, 360, 1024)), cycle(SCHEMES), strict=False))
EVERY_OTHER = len(SOME[::2])


@pytest.mark.parametrize(("path", "width", "scheme"), quick_of(EVERY_OTHER, SOME[::2] + SOME[1::2]))
def test_a_page_fits_is_readable_and_can_be_touched(
    visitor: Visitor, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    for page in opened(visitor, path):
        assert at_widths(page, (width, 390), "sans-serif") + to_the_eye(page, [scheme]) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_at_every_width_in_all_letters(visitor: Visitor, path: str) -> None:
    for page in opened(visitor, path):
        assert faults(page) == []


@pytest.mark.slow
@pytest.mark.parametrize(("path", "scheme"), list(zip(PATHS, cycle(SCHEMES), strict=False)))
def test_axe_finds_nothing_serious(visitor: Visitor, path: str, scheme: Literal["light", "dark"]) -> None:
    for page in opened(visitor, path):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert serious(page) == []


@pytest.mark.slow
def test_axe_finds_nothing_serious_where_two_are_compared(chromium: Browser, together: str) -> None:
    visitor = Visitor(chromium, together)
    for path, scheme in zip(("/compare?range=all", "/compare?range=2019"), SCHEMES, strict=True):
        page = visitor.visit(path)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert serious(page) == []
    visitor.leave()
    assert visitor.troubles == []


@LOOKS
def test_the_choice_of_shapes_fits_is_readable_and_can_be_touched(visitor: Visitor, look: Look) -> None:
    page = visitor.visit("/wrapped?range=2025", 320)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Shapes and film").first.click()
    page.get_by_role("dialog").wait_for()
    assert at_widths(page, (320,), "sans-serif") + look(page) == []


@LOOKS
def test_before_anything_was_played_pages_fit_too(chromium: Browser, nobody: str, look: Look) -> None:
    visitor = Visitor(chromium, nobody)
    for path in ("/", "/add"):
        page = visitor.visit(path)
        assert look(page) == []
        assert page.locator("main").inner_text().strip()
    visitor.leave()
    assert visitor.troubles == []


@LOOKS
def test_the_pages_of_two_fit_too(chromium: Browser, together: str, look: Look) -> None:
    visitor = Visitor(chromium, together)
    for path in ("/compare?range=all", "/compare?range=2019", "/"):
        page = visitor.visit(path)
        assert look(page) == []
    assert page.locator(".people a").count() == 3
    visitor.leave()
    assert visitor.troubles == []


@LOOKS
def test_a_consent_that_ends_fits_is_readable_and_can_be_renewed(chromium: Browser, ending: str, look: Look) -> None:
    visitor = Visitor(chromium, ending)
    page = visitor.visit("/")
    assert "Spotify's consent ends in" in page.locator(".consent").inner_text()
    assert look(page) == []
    page.get_by_role("button", name="Renew at Spotify").click()
    page.get_by_role("heading", name="Not from here").wait_for()
    assert look(page) == []
    visitor.leave()
    assert visitor.troubles == []


def test_who_wants_no_motion_sees_none(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=2025", reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.getAnimations().length") == 0
    moving = visitor.visit("/wrapped?range=2025", reduced_motion="no-preference")
    assert moving.evaluate("document.getAnimations().length") > 0


def test_the_light_is_light_and_the_dark_is_dark(visitor: Visitor) -> None:
    page = visitor.visit("/")
    shades = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert shades == ["rgb(251, 246, 238)", "rgb(17, 14, 24)"]
