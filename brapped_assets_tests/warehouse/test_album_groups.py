"""Which numbers albums get by what MusicBrainz tells."""

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.album_groups import ToldAlbum, tied

TITLES = ("Weezer", "Weezer (Green Album)", "Weezer (Live)")


@st.composite
def told(draw: st.DrawFn) -> list[ToldAlbum]:
    """Albums of few groups and fewer titles."""
    found = []
    for key in range(draw(st.integers(0, 8))):
        title, group = draw(st.sampled_from(TITLES)), draw(st.integers(0, 3))
        titled = draw(st.sampled_from(((None, None), ("Weezer", 1))))
        number = TITLES.index(title) + 1
        year = str(1990 + group)
        found.append(ToldAlbum(key, f"group {group}", title, number, *titled, year, 100 + group))
    return found


@given(albums=told(), data=st.data())
def test_albums_have_one_number_if_and_only_if_they_are_of_one_group(
    albums: list[ToldAlbum], data: st.DataObject
) -> None:
    numbers = tied(albums)
    assert set(numbers) == {album.album_key for album in albums}
    for one in albums:
        for other in albums:
            is_one = numbers[one.album_key] == numbers[other.album_key]
            assert is_one == (one.group_mbid == other.group_mbid)
    assert tied(data.draw(st.permutations(albums))) == numbers


def test_of_two_groups_the_one_with_more_albums_here_has_the_title_then_the_older_one() -> None:
    def album(key: int, group: str, year: str, title: str = "Same", number: int = 1) -> ToldAlbum:
        return ToldAlbum(key, group, title, number, None, None, year, 100 if group == "a" else 200)

    assert tied([album(1, "a", "1999"), album(2, "b", "1975")]) == {1: 100, 2: 1}
    assert tied([album(1, "a", "1999"), album(2, "b", "1975"), album(3, "a", "1999")]) == {1: 1, 3: 1, 2: 200}
    live = album(4, "b", "1975", "Same (Live)", 7)
    assert tied([album(1, "a", "1970"), album(3, "a", "1970"), album(2, "b", "1975"), live])[2] == 7


def test_a_title_of_the_group_leads_to_the_albums_that_nobody_told_of() -> None:
    edition = ToldAlbum(1, "a", "Piano Man (Legacy Edition)", 5, "Piano Man", 1, "1973", 100)
    assert tied([edition]) == {1: 1}
