"""*Explore* by mouse, finger and key, with and without script: every kind of mark does what it promises."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route, expect

from brapped_assets_tests.browser.visitor import Visitor
from brapped_assets_tests.examples import quick_of

ALL = "/explore?range=all"
# A mark of each kind, and what the address then says.
MARKS = (
    ("[data-mark='range=2025-03-01']", "range=2025-03"),
    (".week tbody tr:nth-child(3) td:nth-of-type(19) a", "weekday=3&hour=18"),
    (".week tbody th a[data-mark='on=5']", "weekday=6"),
    (".week thead a[data-mark='from=20']", "hour=20"),
    ("[data-mark='device=Web']", "device=Web"),
    ("[data-mark='end=skipped']", "end=skipped"),
    ("[data-mark='mode=shuffled']", "mode=shuffled"),
    ("[data-mark='basis=estimated']", "basis=estimated"),
    ("[data-mark='source=api']", "source=api"),
    ("[data-mark='context=playlist']", "context=playlist"),
    ("[data-mark='weekday=7']", "weekday=7"),
    ("[data-mark='private']", "private=yes"),
    (".only[data-mark^='artist=']", "artist="),
    (".only[data-mark^='track=']", "track="),
    (".only[data-mark^='album=']", "album="),
)
PLAYS = ".sums [data-plays]"


def plays(page: Page) -> int:
    return int(page.locator(PLAYS).get_attribute("data-plays") or -1)


def promised(page: Page, mark: str) -> int | None:
    """How many plays a mark says it leads to; of a head of a row or a column, and of lists, nothing is asked."""
    text = page.locator(mark).first.text_content() or ""
    told = re.search(r": ([\d,]+) plays?", text) or re.fullmatch(r"\s*([\d,]+)\s*", text)
    if told is None and page.locator(f"{mark} b").count():
        told = re.search(r"([\d,]+)", page.locator(f"{mark} b").first.text_content() or "")
    is_head = mark.startswith((".week thead", ".week tbody th"))
    return int(told[1].replace(",", "")) if told and not is_head else None


def press(page: Page, mark: str) -> None:
    """As somebody does: what is in the sheet is reached through its button."""
    sheet = page.locator(".sheet > summary")
    if page.locator(f".facets {mark}").count() and sheet.is_visible() and not page.locator(".sheet[open]").count():
        sheet.click()
    page.locator(mark).first.click()


# The full product is in `make check`.
WITH_AND_WITHOUT_SCRIPT = quick_of(1, [(True, 390), (False, 1280), (True, 1280), (False, 390)])
# Of a period, of a moment of the week, of three facets.
SOME_MARKS = (*MARKS[:2], *MARKS[4:15:4])
EVERY_MARK = [(True, 390, SOME_MARKS), (False, 1280, SOME_MARKS)] + [
    (script, width, MARKS) for script in (True, False) for width in (390, 1280)
]


@pytest.mark.parametrize(("script", "width", "marks"), quick_of(2, EVERY_MARK))
def test_a_mark_of_each_kind_leads_to_what_it_promises_and_back(
    visitor: Visitor, width: int, script: bool, marks: Sequence[tuple[str, str]]
) -> None:
    for mark, asked in marks:
        # The way back leads to all time.
        if mark in {MARKS[0][0], MARKS[1][0]}:
            path = "/explore?range=2025" if asked.startswith("range") else ALL
            page = visitor.visit(path, width, java_script_enabled=script)
        before, number = plays(page), promised(page, mark)
        press(page, mark)
        expect(page).to_have_url(re.compile(re.escape(asked)))
        if number is not None:
            expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{number}")
        if asked.startswith("range"):
            page.locator(".wider a", has_text="2025").click()
        else:
            assert page.locator(".filters a").count() >= 1
            page.locator(".filters a").first.click()
            if "&" in asked:
                expect(page).not_to_have_url(re.compile(re.escape(asked)))
                page.locator(".filters a").first.click()
            expect(page.locator(".filters")).to_have_count(0)
        expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{before}")


@pytest.mark.parametrize("script", [True, False])
def test_a_second_click_on_a_facet_takes_it_back(visitor: Visitor, script: bool) -> None:
    page = visitor.visit(ALL, 1280, java_script_enabled=script)
    before, mark = plays(page), page.locator("[data-mark='device=Phone']")
    mark.click()
    expect(mark).to_have_attribute("aria-current", "true")
    assert plays(page) < before
    mark.click()
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{before}")
    assert page.locator(".filters").count() == 0


def test_a_click_changes_the_page_in_its_place_and_the_way_back_too(visitor: Visitor) -> None:
    page = visitor.visit(ALL, 1280, reduced_motion="reduce")
    before = plays(page)
    page.evaluate("window.stays = true")
    mark = page.locator("[data-mark='end=skipped']")
    mark.scroll_into_view_if_needed()
    where = mark.bounding_box()
    mark.click()
    expect(page).to_have_url(re.compile("end=skipped"))
    expect(page.locator(".filters a")).to_have_text(re.compile("skipped"))
    expect(page.locator("[data-mark='end=skipped']")).to_be_focused()
    there = page.locator("[data-mark='end=skipped']").bounding_box()
    assert where is not None
    assert there is not None
    assert abs(where["y"] - there["y"]) < 2
    # Links of the frame lead on with it.
    assert "end=skipped" in (page.locator(".tabs a", has_text="Overview").get_attribute("href") or "")
    page.go_back()
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{before}")
    assert page.locator(".filters").count() == 0
    page.go_forward()
    expect(page.locator(".filters a")).to_have_text(re.compile("skipped"))
    assert page.evaluate("window.stays")


def test_there_and_back_again_faster_than_the_pages_come_shows_what_the_address_says(visitor: Visitor) -> None:
    page = visitor.visit(ALL, 1280)
    page.locator("[data-mark='end=skipped']").click()
    expect(page.locator(".filters a")).to_have_text(re.compile("skipped"))
    before = plays(page)
    waiting: list[Route] = []
    page.route("**/explore?range=all", lambda route: waiting.append(route))  # noqa: PLW0108  (Playwright marks it)
    with page.expect_request("**/explore?range=all"):
        page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("range=all$"))
    page.evaluate("history.forward()")
    expect(page).to_have_url(re.compile("end=skipped"))
    for route in waiting:
        route.continue_()
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_load_state("networkidle")
    assert plays(page) == before


def test_covers_and_periods_work_after_a_click(visitor: Visitor) -> None:
    page = visitor.visit("/explore?range=all", 1280)
    page.locator("[data-mark='context=playlist']").click()
    expect(page).to_have_url(re.compile("context=playlist"))
    page.locator(".periods a", has_text="2025").click()
    expect(page).to_have_url(re.compile("range=2025.*context=playlist"))
    expect(page.locator(".periods [aria-current]")).to_have_text("2025")
    page.go_back()
    cover = page.locator(".lists img[data-cover]").first
    cover.scroll_into_view_if_needed()
    expect(cover).not_to_have_js_property("naturalWidth", 0)


def test_on_a_phone_the_facets_are_a_sheet_that_stays_open_while_one_chooses(visitor: Visitor) -> None:
    page = visitor.visit(ALL, 390)
    button = page.locator(".sheet > summary")
    expect(page.locator("[data-mark='device=Web']")).to_be_hidden()
    box, tabs = button.bounding_box(), page.locator(".tabs").bounding_box()
    assert box is not None
    assert tabs is not None
    # Above the tabs, within the window, before anybody scrolled.
    assert tabs["y"] - 24 < box["y"] + box["height"] <= tabs["y"]
    button.click()
    page.locator("[data-mark='device=Web']").click()
    expect(page).to_have_url(re.compile("device=Web"))
    expect(page.locator("[data-mark='device=Web']")).to_be_visible()
    page.locator("[data-mark='more device=Phone']").click()
    expect(page).to_have_url(re.compile("device=Web&device=Phone"))
    expect(button).to_contain_text(f"{plays(page):,} plays")
    button.click()
    expect(page.locator("[data-mark='device=Web']")).to_be_hidden()


def test_an_empty_selection_is_left_with_one_click(visitor: Visitor) -> None:
    for script in (True, False):
        page = visitor.visit("/explore?range=all&device=Car&end=skipped", 390, java_script_enabled=script)
        assert plays(page) == 0
        empty = page.locator("[data-empty]")
        expect(empty).to_contain_text("What empties it is Car")
        promised = re.search(r"are ([\d,]+) plays", empty.inner_text())
        assert promised is not None
        empty.get_by_role("link", name="Drop it").click()
        expect(page.locator(PLAYS)).to_have_attribute("data-plays", promised[1].replace(",", ""))


def test_a_chart_is_one_stop_of_the_tab_key_and_arrows_go_through_it(visitor: Visitor) -> None:
    for width, (along, across) in ((1280, ("ArrowRight", "ArrowDown")), (390, ("ArrowDown", "ArrowRight"))):
        page = visitor.visit(ALL, width)
        week = page.locator(".week")
        assert week.locator("a[tabindex='0']").count() == 1
        week.locator("[data-mark='at=0']").focus()
        page.keyboard.press(along)
        page.keyboard.press(across)
        expect(page.locator(":focus")).to_have_attribute("data-mark", "at=25")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("weekday=2&hour=1"))
        expect(page.locator(":focus")).to_have_attribute("data-mark", "at=25")
        page.keyboard.press("Tab")
        assert page.locator(".week :focus").count() == 0


def test_charts_of_the_overview_lead_to_explore(visitor: Visitor) -> None:
    page = visitor.visit("/?range=2025", 1280)
    page.locator(".shares a", has_text="Phone").click()
    page.wait_for_url("**/explore?device=Phone&range=2025")
    page.go_back()
    cell = page.locator(".week tbody td a").nth(20)
    number = (cell.text_content() or "").strip()
    cell.click()
    page.wait_for_url("**/explore?weekday=1&hour=20&range=2025")
    assert f"{plays(page):,}" == number


@pytest.mark.parametrize(("script", "width"), WITH_AND_WITHOUT_SCRIPT)
def test_marks_of_every_other_page_lead_to_what_they_promise(visitor: Visitor, width: int, script: bool) -> None:
    def told(where: str, mark: str, how: str) -> str:
        page = visitor.visit(where, width, java_script_enabled=script)
        found = page.locator(mark).first
        text = found.evaluate(how)
        found.click()
        return str(text)

    page = visitor.visit("/", width, java_script_enabled=script)
    value = "one => one.querySelector('meter').getAttribute('value')"
    title = "one => /: (\\d+)|, ([\\d,]+) min/.exec(one.querySelector('title').textContent).slice(1).find(Boolean)"
    promised = told("/?range=2025", ".shares a[href*='device=']", value)
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", promised)
    for kind in ("end=skipped", "mode=shuffled", "mode=offline"):
        promised = told("/?range=2025", f".shares a[href*='{kind}']", value)
        page.wait_for_url(f"**/history?{kind}&range=2025")
        numbers = page.locator(".summary > span").all_inner_texts()
        listed = [int(re.sub(r"\D", "", text)) for text in numbers if "minute" not in text]
        assert sum(listed) == int(promised)
    for where in ("/?range=2025-03-03", "/today"):
        promised = told(where, ".bars a:has(.value:not([height='0.0']))", title)
        expect(page.locator(".sums [data-ms]")).to_have_text(re.compile(f"^≈?{promised}$"))
    promised = told("/artist/{other_artist}?range=2025", ".clock a", title)
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", promised)
    promised = told("/artist/{other_artist}", ".month-bars a:last-of-type", title)
    expect(page.locator(".item .numbers dd").first).to_have_text(promised)
    promised = told("/artist/{other_artist}?range=2025", ".item .numbers dd a", "one => one.textContent")
    expect(page.locator(".summary b").first).to_have_text(promised)
    for mark, rows in ((".grid a[href*='/list/artists']", "artists"), (".grid a[href*='/list/days']", "days")):
        promised = told("/?range=2025", mark, "one => one.querySelector('.big').textContent")
        page.wait_for_url(f"**/list/{rows}?range=2025")
        expect(page.locator("[data-total] b").first).to_have_text(promised)


STRETCH = "range=2025-03-01..2025-06-30"


def middle(page: Page, mark: str) -> tuple[float, float]:
    box = page.locator(mark).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_by_finger(page: Page, from_mark: str, to_mark: str) -> None:
    """A finger rests until the bar is held, and then goes on."""
    fingers = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = middle(page, from_mark), middle(page, to_mark)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.locator(".time .held").wait_for()
    for step in range(1, 6):
        point = {"x": x + (to_x - x) * step / 5, "y": y + (to_y - y) * step / 5}
        fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("by", quick_of(1, ["finger", "mouse", "keys"]))
def test_a_stretch_of_the_line_of_time_is_chosen_and_taken_back(visitor: Visitor, by: str) -> None:
    first, last = (f"[data-mark='range=2025-{month}-01']" for month in ("03", "06"))
    page = visitor.visit("/explore?range=2025&device=Phone", 768 if by == "finger" else 1280, has_touch=by == "finger")
    whole = plays(page)
    promised = sum(promised_by(page, f"[data-mark='range=2025-0{month}-01']") for month in (3, 4, 5, 6))
    page.locator(last).scroll_into_view_if_needed()
    if by == "mouse":
        page.mouse.move(*middle(page, last))
        page.mouse.down()
        page.mouse.move(*middle(page, first), steps=4)
        page.mouse.up()
    elif by == "finger":
        drag_by_finger(page, first, last)
    else:
        page.locator(first).focus()
        for _ in range(3):
            page.keyboard.press("Shift+ArrowRight")
        expect(page.locator("[data-stretch]")).to_have_text("Mar 2025 to Jun 2025")
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(STRETCH) + ".*device=Phone"))
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{promised}")
    page.locator(".wider a", has_text="2025").click()
    expect(page.locator(PLAYS)).to_have_attribute("data-plays", f"{whole}")


def promised_by(page: Page, mark: str) -> int:
    number = promised(page, mark)
    assert number is not None
    return number


def test_names_of_months_under_many_bars_do_not_touch(visitor: Visitor) -> None:
    page = visitor.visit("/explore?range=all", 1280)
    words = page.locator(".time li a > span[aria-hidden]")
    edges = words.evaluate_all(
        """all => all.filter(one => getComputedStyle(one).visibility !== 'hidden').map(one => {
             const text = document.createRange(); text.selectNodeContents(one);
             const box = text.getBoundingClientRect(); return [box.left, box.right]; })"""
    )
    assert 2 < len(edges) < words.count()
    assert all(right + 4 <= left for (_, right), (left, _) in pairwise(edges))
