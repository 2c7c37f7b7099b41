"""What stands where no cover is known: the same for a name each time, and nothing but paths and circles."""

from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.rendering.drawings import drawing

# What a saved picture can repeat.
DRAWN = {"svg", "g", "path", "circle"}


@given(st.text())
def test_a_name_has_one_drawing_that_a_picture_can_repeat(name: str) -> None:
    found = drawing(name)
    assert found == drawing(name)
    pieces = list(fromstring(found).iter())
    assert {piece.tag for piece in pieces} <= DRAWN
    assert all(piece.get("fill", "#").startswith("#") for piece in pieces)
    assert not any((piece.text or "").strip() for piece in pieces)
    assert len(found) < 16_000


def test_names_look_different() -> None:
    assert len({drawing(f"name {nth}") for nth in range(100)}) == 100
