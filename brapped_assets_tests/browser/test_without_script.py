"""Without JavaScript the pages tell the same."""

import pytest

from brapped_assets_tests.browser.visitor import Visitor


@pytest.mark.parametrize(
    "path",
    [
        "/?range=2025",
        "/explore?range=2025",
        "/today",
        "/wrapped?range=2025",
        "/history",
        "/artist/{artist}",
        "/list/days?range=all",
        "/add",
    ],
)
def test_a_page_makes_sense(visitor: Visitor, path: str) -> None:
    page = visitor.visit(path, java_script_enabled=False)
    assert len(page.locator("main").inner_text().split()) > 30
    assert page.locator("[data-play], [data-player]").filter(visible=True).count() == 0
    if path.startswith("/wrapped"):
        cards = page.locator(".frame")
        assert cards.filter(visible=True).count() == cards.count() > 5


def test_forms_ask_by_themselves(visitor: Visitor) -> None:
    page = visitor.visit("/", java_script_enabled=False)
    page.locator("[name=first]").fill("2025-02-01")
    page.locator("[name=last]").fill("2025-03-15")
    page.get_by_role("button", name="Show").click()
    chosen = page.locator("main .eyebrow").first.inner_text()
    assert "1\u00a0Feb\u00a02025 to 15\u00a0Mar\u00a02025" in chosen
    page.goto("/search")
    page.locator("#q").fill("beyonce")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Beyoncé").first.click()
    assert page.locator("h1").inner_text() == "Beyoncé"
    page.goto("/list/artists?range=2025&sort=-first")
    page.locator("#q").fill("beyonce")
    page.keyboard.press("Enter")
    page.wait_for_url("**/list/artists?range=2025&sort=-first&q=beyonce")
    assert page.locator(".rows .what").all_inner_texts() == ["Beyoncé"]
