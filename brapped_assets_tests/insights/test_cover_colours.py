"""Colours of covers: whatever they are, words on them can be read, and what is no picture is none."""

from io import BytesIO

from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from brapped_assets.demo.art import cover
from brapped_assets.insights import cover_colours
from brapped_assets.insights.cover_colours import Colour, Scheme, accents, scheme, smaller

colours = st.tuples(*[st.integers(0, 255)] * 3)
RED, BLUE = (214, 40, 40), (30, 60, 200)


def light(written: str) -> float:
    """Relative luminance, as WCAG 2 writes it down."""
    parts = [int(written[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def least_contrast(found: Scheme) -> float:
    ink = light(found.ink)
    pairs = [sorted((ink, light(ground))) for ground in (found.ground, found.near, found.far)]
    return min((lighter + 0.05) / (darker + 0.05) for darker, lighter in pairs)


def saved(image: Image.Image, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    image.save(out, kind, quality=95)
    return out.getvalue()


def two_coloured(one: Colour, other: Colour, side: int = 640) -> Image.Image:
    """The other colour on a fifth of the picture."""
    image = Image.new("RGB", (side, side), one)
    ImageDraw.Draw(image).rectangle((0, 0, side, side // 5), fill=other)
    return image


def apart(one: Colour, other: Colour) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@given(colours, colours)
@example((255, 255, 255), (0, 0, 0))
@example((128, 128, 128), (127, 127, 127))
def test_words_can_be_read_on_whatever_two_colours(one: Colour, other: Colour) -> None:
    assert least_contrast(scheme(one, other)) >= 4.5


@given(st.text(min_size=1), st.booleans())
def test_words_can_be_read_on_the_colours_of_any_drawing(image_id: str, is_artist: bool) -> None:
    found = accents(cover(image_id, "a name", is_artist=is_artist).encode())
    assert found is not None
    assert least_contrast(scheme(*found)) >= 4.5


def test_a_colour_that_can_be_read_on_hardly_changes() -> None:
    assert scheme((64, 20, 120), (30, 60, 110)) == Scheme("#3a146c", "#ffffff", "#351461", "#292c6d")


def test_the_two_are_what_a_picture_is_most_of_and_one_apart_from_it() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        found = accents(saved(two_coloured(RED, BLUE), kind))
        assert found is not None
        assert apart(found[0], RED) <= 8
        assert apart(found[1], BLUE) <= 8
    grey = accents(saved(Image.new("RGB", (300, 300), (90, 90, 90))))
    assert grey is not None
    assert grey[0] == grey[1]


@given(st.binary(max_size=200))
@example(b"\x89PNG\r\n\x1a\n" + bytes(90))
@example(saved(Image.new("RGB", (64, 64)))[:400])
@example(b"")
def test_what_is_no_picture_has_no_colours_and_is_not_made_smaller(content: bytes) -> None:
    assert accents(content) is None or content.startswith(b"<svg ")
    assert smaller(content, 128) is None


def test_a_picture_of_too_many_pixels_is_left_alone() -> None:
    huge = saved(Image.new("1", (8192, 8192)), "PNG")
    assert accents(huge) is None
    assert smaller(huge, 128) is None


def test_a_smaller_one_is_whole_and_of_the_same_shape() -> None:
    content = smaller(saved(two_coloured(RED, BLUE).resize((640, 320))), 128)
    assert content is not None
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (128, 64))
    assert smaller(content, 128) is None


@given(colours, colours)
def test_they_are_read_as_they_are_written(one: Colour, other: Colour) -> None:
    text = f"{cover_colours.written(one)} {cover_colours.written(other)}"
    assert cover_colours.read(text) == (one, other)
    assert cover_colours.read(text + "x") is None
    assert cover_colours.read("") is None
