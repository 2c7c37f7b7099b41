"""`brapped export` and `brapped forget`: what their user meets."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from brapped_assets.console import runner
from brapped_assets_tests.commands.subprocess_user import Said, plays
from brapped_assets_tests.history.export_builders import document, extended, zipped

Brapped = Callable[..., Said]


@pytest.fixture
def ours(brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Brapped:
    """The command, with a database of the test's own and no login."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BRAPPED_TIMEZONE", "Asia/Kolkata")
    return brapped


@pytest.fixture
def theirs(tmp_path: Path) -> str:
    """Spotify's export of two plays, of two songs; in Kolkata the second is of the next day."""
    other = {"spotify_track_uri": f"spotify:track:{'2' * 22}", "master_metadata_track_name": "Another song"}
    rows = [extended(ts="2025-04-28T18:29:59Z"), extended(ts="2025-04-28T18:30:00Z", **other)]
    return str(zipped(tmp_path / "theirs.zip", {"endsong_0.json": document(rows)}))


def answering(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Somebody at a terminal types this."""
    monkeypatch.setattr(runner.console, "_force_terminal", True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


def test_an_export_forgotten_and_brought_back(
    ours: Brapped, theirs: str, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours("import", theirs)
    stored = [row[1:] for row in plays(database_url)]
    said = ours("export", "-o", str(tmp_path / "mine.zip"))
    assert (said.code, said.errors) == (0, "")
    assert "2 plays of You are in" in said.output
    said = ours("export", "-o", str(tmp_path / "mine.zip"))
    assert said.code == 1
    assert "exists already. Give another name with -o" in said.errors

    # Nobody to ask: nothing happens.
    said = ours("forget")
    assert said.code == 2
    assert "in a terminal, which asks you, or add --yes" in said.errors
    answering(monkeypatch, "Me")
    said = ours("forget")
    assert said.code == 1
    assert "2 plays, 2025-04-28 to 2025-04-28 1 imported files" in said.output
    assert "Nothing was removed." in said.output
    answering(monkeypatch, "You")
    said = ours("forget")
    assert said.code == 0
    assert "Only an import of the same files would bring that back." in said.output
    assert "Forgotten: 2 plays" in said.output
    assert plays(database_url) == []

    said = ours("import", str(tmp_path / "mine.zip"))
    assert (said.code, said.errors) == (0, "")
    assert "2 rows in an export of Brapped's, for You" in said.output
    assert "2 new plays" in said.output
    with psycopg.connect(database_url) as connection:
        days = connection.execute(
            "select count(*), min(played_on)::text, max(played_on)::text from bi.plays"
        ).fetchone()
    assert days == (2, "2025-04-28", "2025-04-29")
    assert len(stored) == 2


def test_before_a_day_means_the_listeners_midnight_and_an_import_says_what_stays_forgotten(
    ours: Brapped, theirs: str, tmp_path: Path, database_url: str
) -> None:
    ours("import", theirs)
    kept = [tmp_path / "home" / name for name in ("reports/brapped-2025.html", "reports/mine.html", "covers/0abc")]
    for file in kept:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("heard")
    said = ours("forget", "--before", "2025-04-29", "--yes")
    assert (said.code, said.errors) == (0, "")
    assert f"So are the reports and covers kept in {tmp_path / 'home'} (2 files), whoever they tell of" in said.output
    assert [file.exists() for file in kept] == [False, True, False]
    assert "before 2025-04-29, Asia/Kolkata: 1 plays" in said.output
    assert "No poll of theirs and no import for them brings that back." in said.output
    assert len(plays(database_url)) == 1
    again = zipped(tmp_path / "again.zip", {"endsong_1.json": document([extended(ts="2025-04-28T18:29:59Z")])})
    said = ours("import", str(again))
    assert "0 new plays" in said.output
    assert "1 forgotten: they ended before what brapped forget removed" in said.output
    assert len(plays(database_url)) == 1


def test_somebody_who_was_imported_by_name_stays_forgotten(ours: Brapped, theirs: str, database_url: str) -> None:
    ours("import", "--new-listener", "Ann", theirs)
    said = ours("forget", "--yes")
    assert "No poll of theirs and no import for them brings that back." in said.output
    said = ours("import", "--new-listener", "Ann", theirs)
    assert "2 forgotten: they ended before what brapped forget removed" in said.output
    assert plays(database_url) == []


def test_mistakes_are_told_in_a_sentence(ours: Brapped, theirs: str, tmp_path: Path) -> None:
    for command in ("export", "forget"):
        said = ours(command)
        assert said.code == 2
        assert said.errors.startswith("✗ There is nobody to")
    ours("import", theirs)
    said = ours("forget", "--before", "2999-01-01", "--yes")
    assert (said.code, said.errors) == (
        2,
        "✗ 2999-01-01 lies ahead. To remove a listener wholly, leave --before out.",
    )
    said = ours("forget", "--before", "yesterday")
    assert said.code == 2
    assert "'yesterday' is no day. It looks like 2024-03-01." in said.errors
    said = ours("forget", "--before", "0001-01-01", "--yes")
    assert said.code == 2
    assert "0001-01-01 lies before Spotify existed: nothing is kept from before it." in said.errors
    said = ours("export", "--listener", "Ann")
    assert (said.code, "No single listener is called 'Ann'" in said.errors) == (2, True)
    said = ours("export", "-o", str(tmp_path / "nowhere" / "mine.zip"))
    assert (said.code, "There is no folder" in said.errors) == (1, True)
    said = ours("export", "-o", str(tmp_path / "folder"))
    part = tmp_path / "folder" / "Spotify Extended Streaming History" / "Streaming_History_Audio_2025_0.json"
    said = ours("import", str(part))
    assert said.code == 2
    assert "Import the whole zip or folder instead." in said.errors


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_named(ours: Brapped, theirs: str, tmp_path: Path) -> None:
    ours("import", theirs)
    (tmp_path / "closed").mkdir(mode=0o500)
    said = ours("export", "-o", str(tmp_path / "closed" / "mine.zip"))
    assert (said.code, "This user may not write in" in said.errors) == (1, True)
