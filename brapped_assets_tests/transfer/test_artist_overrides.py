"""genres.csv of the home: what it says, what is wrong with it, and that a bad file takes nothing back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.transfer.artist_overrides import FILE, parse, read, take_over
from brapped_assets.warehouse.artist_overrides import Override
from brapped_assets.warehouse.db.connections import Warehouse

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ID = "4tZwfgrHOc3mvqYlEYSvVi"


@pytest.mark.parametrize(
    ("text", "said", "problems"),
    [
        ("artist,genres,country,began\nDaft Punk,House; Electronic,fr,1993\n",
         {"Daft Punk": Override(["house", "electronic"], "FR", 1993)}, ()),
        # As a spreadsheet in German writes it, columns in another order, one that nobody knows.
        ("country;artist;note;genres\nSE;ABBA;x;pop,disco\n", {"ABBA": Override(["pop", "disco"], "SE", None)}, ()),
        (f"artist,genres\nhttps://open.spotify.com/artist/{ID}?si=1,none\nspotify:artist:{ID},a;b;c;d;e;f;g\n",
         {ID: Override(["a", "b", "c", "d", "e"], None, None)}, ()),
        ("artist,genres,country,began\nA,,Germany,yesterday\nB,rock,Germany,85\n,rock,,\n\nC,,,\n",
         {"B": Override(["rock"], None, None)},
         ("genres.csv, line 2: 'GERMANY' is no country of two letters, such as GB; it was left out.",
          "genres.csv, line 2: 'yesterday' is no year, such as 1985; it was left out.",
          "genres.csv, line 2: nothing is said of the artist; it was left out.",
          "genres.csv, line 3: 'GERMANY' is no country of two letters, such as GB; it was left out.",
          "genres.csv, line 3: '85' is no year, such as 1985; it was left out.",
          "genres.csv, line 4: no artist; it was left out.",
          "genres.csv, line 6: nothing is said of the artist; it was left out.")),
    ],
)  # fmt: skip
def test_a_file_says_what_its_lines_say_and_what_is_wrong_with_the_others(
    text: str, said: dict[str, Override], problems: tuple[str, ...]
) -> None:
    found = parse(text)
    assert (dict(found.said), found.problems, found.is_there) == (said, problems, True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "genres.csv begins with the line artist,genres,country,began. What held before holds."),
        (b"\xff\xfea\x00", "genres.csv is not UTF-8: save it as CSV UTF-8. What held before holds."),
        (
            b"name,genre\nA,rock\n",
            "genres.csv begins with the line artist,genres,country,began. What held before holds.",
        ),
        (b"artist,genres\n" + b"A,rock\n" * 600_000, "genres.csv is larger than 4 MB: none of it holds."),
    ],
)
def test_a_file_that_cannot_be_read_takes_nothing_back(
    warehouse: Warehouse, tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbfartist,genres\nA,rock\n")
    assert take_over(warehouse, tmp_path, NOW).artists == 1
    (tmp_path / FILE).write_bytes(content)
    assert take_over(warehouse, tmp_path, NOW).problems == (problem,)
    (tmp_path / FILE).unlink()
    assert take_over(warehouse, tmp_path, NOW).is_there is False
    with warehouse.transaction() as tx:
        assert tx.execute("select artist_ref, genres from insights.artist_override").fetchall() == [
            {"artist_ref": "A", "genres": ["rock"]}
        ]


@given(text=st.text())
def test_whatever_stands_there_is_no_traceback(text: str) -> None:
    for head in ("", "artist,genres,country,began\n", "artist;genres;began\n"):
        for override in parse(head + text).said.values():
            assert override != Override()


def test_a_folder_of_that_name_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert read(tmp_path / FILE).problems[0].startswith("genres.csv cannot be read: ")
