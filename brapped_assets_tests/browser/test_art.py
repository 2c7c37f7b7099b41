"""Pictures on cards: large, whole, with nothing over them, and in what is saved of a card."""

from base64 import b64decode, b64encode
from io import BytesIO
from random import Random

from PIL import Image
from playwright.sync_api import Page, expect

from brapped_assets_tests.browser.visitor import Visitor

KNOWN = (19, 87, 155)
SIDE = 1080
MOST_BYTES = 1_000_000
WITH_HERO = {"first", "artists", "songs", "album", "loyal", "run", "repeat", "discoveries", "onehits", "comeback"}
# Of each card with a large picture that is shown: its part of the card's width, whether it is square, and what stands
# over its corners and its middle.
HEROES = """() => [...document.querySelectorAll("[data-frame]")].map((frame) => {
  document.querySelector(".frame.on")?.classList.remove("on");
  frame.classList.add("on");
  fit(frame);
  const hero = frame.querySelector(".hero");
  if (!hero) return null;
  const box = hero.getBoundingClientRect(), scene = frame.querySelector(".scene").getBoundingClientRect();
  const unit = Math.min(scene.width, scene.height * 0.5625);
  const at = [[.02, .5], [.98, .5], [.5, .02], [.5, .98], [.5, .5]].map(([x, y]) =>
    document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
  const over = at.filter((one) => one && !hero.contains(one) && !one.closest(".player")).map((one) => one.className);
  return [frame.dataset.name, box.width / unit, Math.abs(box.width - box.height) < 1, over];
}).filter(Boolean)"""
# Every picture is replaced by one at this address, a mosaic is made one of a hundred.
REPLACE = """async (address) => {
  for (const mosaic of document.querySelectorAll(".mosaic")) {
    mosaic.className = "mosaic of10";
    while (mosaic.children.length < 100) mosaic.append(mosaic.children[0].cloneNode(true));
  }
  for (const art of document.querySelectorAll(".art")) {
    const image = Object.assign(new Image(), { src: address });
    art.replaceChildren(image);
    await image.decode();
  }
}"""
PICTURE = """async (name) => {
  const { blob } = await pictureOf(document.querySelector(`[data-name=${name}] .scene`));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


def address_of(image: Image.Image, kind: str) -> str:
    out = BytesIO()
    image.save(out, kind, quality=92)
    return f"data:image/{kind.lower()};base64,{b64encode(out.getvalue()).decode()}"


def names(page: Page, part: str) -> list[str]:
    return list(page.eval_on_selector_all(f"[data-frame]:has({part})", "all => all.map((one) => one.dataset.name)"))


def test_what_a_card_is_of_it_shows_on_three_fifths_of_its_width_with_nothing_over_it(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        shown = page.evaluate(HEROES)
        assert len(shown) >= 6
        assert {name for name, *_ in shown} <= WITH_HERO
        assert {
            name: (part, square, over) for name, part, square, over in shown if part < 0.6 or not square or over
        } == {}


def test_a_saved_picture_holds_the_cover_whole(visitor: Visitor) -> None:
    page = visitor.visit("/wrapped?range=all")
    heroes = names(page, ".hero")
    page.evaluate(REPLACE, address_of(Image.new("RGB", (300, 300), KNOWN), "PNG"))
    for name, least in [*((one, 0.58) for one in heroes), ("covers", 0.7), ("summary", 0.3)]:
        picture = b64decode(page.evaluate(PICTURE, name))
        with Image.open(BytesIO(picture)) as image:
            assert image.size == (SIDE, 1920)
            pixels = {colour: count for count, colour in image.convert("RGB").getcolors(SIDE * 1920) or []}
        assert pixels.get(KNOWN, 0) > (least * SIDE) ** 2, name
        assert len(picture) < MOST_BYTES


def test_a_saved_picture_stays_under_a_megabyte_whatever_the_cover(visitor: Visitor) -> None:
    """Of a photograph no two pixels of which are alike."""
    page = visitor.visit("/wrapped?range=all")
    noise = Image.frombytes("RGB", (640, 640), Random(1).randbytes(640 * 640 * 3))
    page.evaluate(REPLACE, address_of(noise.resize((213, 213)).resize((640, 640), Image.Resampling.BICUBIC), "JPEG"))
    for name in ("album", "covers"):
        assert 100_000 < len(b64decode(page.evaluate(PICTURE, name))) < MOST_BYTES, name


def test_the_colours_of_a_cover_are_those_of_its_page_and_can_be_read(visitor: Visitor) -> None:
    found = visitor.visit("/history").locator("img[data-cover]").first.get_attribute("data-src") or ""
    page = visitor.visit(found.replace("/cover", "").partition("?")[0])
    expect(page.locator(".item .art img")).to_have_js_property("complete", True)
    rule = (
        "() => [...document.styleSheets].find((one) => one.href?.includes('accents.css'))?.cssRules[0]?.cssText ?? ''"
    )
    page.wait_for_function(f"({rule})().includes('--bg')")
    assert page.locator(".item.card").evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"
