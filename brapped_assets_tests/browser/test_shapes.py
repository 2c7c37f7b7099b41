"""Cards in every shape, without names of songs, and all of them as a film."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.reading import MISPLACED
from brapped_assets_tests.browser.visitor import Visitor
from brapped_assets_tests.examples import quick_of

MOST_BYTES = 8_000_000
SIZES = {"9x16": [1080, 1920], "4x5": [1080, 1350], "1x1": [1080, 1080], "16x9": [1920, 1080]}
# Each card in a shape: its size as it is decoded, and whatever in it is cut or stands outside.
EACH_CARD = f"""async (shape) => {{
  const misplaced = {MISPLACED}, sizes = new Set(), found = [];
  for (const scene of document.querySelectorAll("[data-frame]:has([data-send]) .scene")) {{
    const copy = await laidOut(scene, {{ shape }});
    found.push(...misplaced(copy).map((line) => `${{scene.className}}: ${{line}}`));
    copy.remove();
    const {{ width, height }} = await createImageBitmap((await pictureOf(scene, {{ shape }})).blob);
    sizes.add(`${{width}} x ${{height}}`);
  }}
  return [[...sizes], found];
}}"""
WORDS = """async (options) => {
  const told = {};
  for (const frame of document.querySelectorAll("[data-frame]"))
    told[frame.dataset.name] = (await paintedCard(frame.querySelector(".scene"), options)).words;
  return told;
}"""
# A film as a browser plays it: its size, its seconds, and how many colours a moment in it has.
PLAYED = """async (url) => {
  const film = Object.assign(document.createElement("video"), { muted: true, src: url });
  await new Promise((resolve, reject) => { film.onloadeddata = resolve; film.onerror = () => reject(film.error); });
  film.currentTime = 5;
  await new Promise((resolve) => { film.onseeked = resolve; });
  const canvas = Object.assign(document.createElement("canvas"), { width: 72, height: 128 });
  const ctx = canvas.getContext("2d");
  ctx.drawImage(film, 0, 0, 72, 128);
  const { data } = ctx.getImageData(0, 0, 72, 128), colours = new Set();
  for (let at = 0; at < data.length; at += 4) colours.add([0, 1, 2].map((part) => data[at + part] >> 4).join());
  return [film.videoWidth, film.videoHeight, film.duration, colours.size];
}"""


@pytest.mark.parametrize("shape", quick_of(1, ["1x1", "9x16", "4x5", "16x9"]))
def test_every_card_fits_into_every_shape(visitor: Visitor, shape: str) -> None:
    page = visitor.visit("/wrapped?range=2025", 1280)
    sizes, found = page.evaluate(EACH_CARD, shape)
    assert found == []
    assert sizes == ["{} x {}".format(*SIZES[shape])]


def test_words_go_along_and_without_names_of_songs_no_song_is_told(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=2025", 1280)
    songs = page.evaluate(
        "[...new Set([...document.querySelectorAll('[data-song]:not(.cover)')].map((song) => song.textContent.trim()))]"
    )
    told, nameless = page.evaluate(WORDS, {}), page.evaluate(WORDS, {"nameless": True})
    assert len(songs) > 5
    assert [name for name in songs if not any(name in words for words in told.values())] == []
    shown = {(name, card) for name in songs for card, words in nameless.items() if name in words.splitlines()}
    assert shown == set()
    assert told["minutes"].splitlines()[1:3] == ["3,516", "minutes of music"]


def options_of(page: Page) -> Any:
    page.locator(".controls [data-opens-options]").click()
    return page.get_by_role("dialog", name="Pictures and film")


def test_a_shape_is_chosen_while_the_story_is_told(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.window(390, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/wrapped?range=2025")
    options = options_of(page)
    expect(page.locator("[data-player]")).to_have_class("player is-paused")
    options.get_by_label("Square, 1:1").check()
    options.get_by_role("button", name="Done").click()
    with page.expect_download() as saving:
        page.locator(".frame.on [data-send]").click()
    assert saving.value.suggested_filename == "brapped-2025-minutes-1x1.png"
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('minutes of music'))")


@pytest.mark.slow
def test_the_story_becomes_a_film(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.visit("/wrapped?range=2025", 1280)
    options = options_of(page)
    with page.expect_download() as saving:
        options.get_by_role("button", name="Make a film of it").click()
        expect(options.get_by_role("button", name="Filming")).to_be_visible()
    name = saving.value.suggested_filename
    assert name in {"brapped-2025-film.mp4", "brapped-2025-film.webm"}
    saving.value.save_as(tmp_path / name)
    film = (tmp_path / name).read_bytes()
    assert len(film) < MOST_BYTES
    # The pages' own policy lets no film play.
    page.goto("about:blank")
    media = f"data:video/{name.rpartition('.')[2]};base64,{b64encode(film).decode()}"
    width, height, seconds, colours = page.evaluate(PLAYED, media)
    assert (width, height) == (720, 1280)
    assert 10 <= seconds <= 20
    assert colours > 3
