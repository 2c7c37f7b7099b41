"""What goes in and what comes out: a zip dropped on the page, a card as a picture, the report as a file."""

import struct
import time
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import expect

from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets_tests.browser.listened import HOSTILE, export
from brapped_assets_tests.browser.visitor import WIDER, Visitor

DROP = """([name, content]) => {
  const dropped = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  dropped.items.add(new File([bytes], name, { type: "application/zip" }));
  const drop = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
  document.querySelector("main").dispatchEvent(drop);
}"""


def test_a_zip_dropped_on_the_page_is_counted(visitor: Visitor, tmp_path: Path) -> None:
    zipped = export(tmp_path / "my_spotify_data.zip")
    page = visitor.visit("/add")
    page.evaluate(DROP, [zipped.name, b64encode(zipped.read_bytes()).decode()])
    asked = page.get_by_role("region", name="What would be added")
    expect(asked).to_contain_text("new plays")
    asked.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("region", name="What was added")).to_contain_text("new plays")
    page.goto("/history?on=2024-05-01")
    expect(page.locator(".day .what a").first).to_have_text(HOSTILE[0])
    assert page.locator(".day .by", has_text="Dropped").count() == 3


def test_the_same_file_can_be_chosen_again_after_a_mistake(visitor: Visitor, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("no history")
    page = visitor.visit("/add")
    page.route("**/add", lambda route: route.abort())
    page.locator("[data-drop] [name=files]").set_input_files(wrong)
    expect(page.get_by_role("alert")).to_have_text("The connection to Brapped was lost. Add the same file again.")
    # A browser tells of a choice only where it is another than before.
    assert page.locator("[data-drop] [name=files]").evaluate("(input) => input.files.length") == 0
    visitor.troubles.clear()


def test_what_is_under_way_can_be_cancelled(visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, waits = BackgroundImport.go_on, 0

    def wait_for_the_click(incoming: BackgroundImport) -> None:
        nonlocal waits
        while incoming.progress().state == "looking" and waits < 1000:
            waits += 1
            time.sleep(0.01)
        go_on(incoming)

    monkeypatch.setattr(BackgroundImport, "go_on", wait_for_the_click)
    zipped = export(tmp_path / "my_spotify_data.zip")
    page = visitor.visit("/add")
    page.evaluate(DROP, [zipped.name, b64encode(zipped.read_bytes()).decode()])
    expect(page.locator("[data-stage]")).to_have_text("Looking…")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Cancelled. Nothing of it was stored.")
    expect(page.locator("[data-drop]")).to_be_visible()


def test_a_card_is_saved_as_a_picture_for_a_story(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.visit("/wrapped?range=2025")
    page.keyboard.press("ArrowRight")
    card = page.locator(".frame.on").get_attribute("data-name")
    assert card not in {None, "minutes"}
    with page.expect_download() as saving:
        page.locator(".frame.on [data-send]").click()
    assert saving.value.suggested_filename == f"brapped-2025-{card}.png"
    picture = tmp_path / "card.png"
    saving.value.save_as(picture)
    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (1080, 1920)
    # One colour all over would be a few hundred bytes a megapixel.
    assert len(content) > 40_000


def test_the_report_opens_from_the_disk_without_a_network(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.visit("/wrapped?range=2025")
    page.keyboard.press("Escape")
    with page.expect_download() as saving:
        page.get_by_role("link", name="As one file").click()
    report = tmp_path / saving.value.suggested_filename
    saving.value.save_as(report)
    alone = visitor.window(390, offline=True)
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(report.as_uri())
    assert any(name in alone.locator("main").inner_text() for name in HOSTILE)
    assert alone.evaluate(WIDER) == 0
    alone.get_by_role("button", name="Play as a story").click()
    expect(alone.locator(".frame.on")).to_have_count(1)
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
