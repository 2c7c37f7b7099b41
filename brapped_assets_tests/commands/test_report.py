"""`brapped report`: a page of any time, as a file."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

Brapped = Callable[..., Said]


@pytest.fixture(autouse=True)
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


@pytest.fixture
def played(warehouse: Warehouse) -> None:
    """Two listeners; the second played in 2024."""
    with warehouse.transaction() as tx:
        for token, hours in (("ann", 1), ("bob", 400 * 24)):
            me = newcomer(tx, token, zone="UTC")
            now = datetime.now(UTC).replace(microsecond=0)
            tell(tx, me, [("extended", [Told(now - timedelta(hours=hours), 60_000, token, title=f"{token}'s song")])])


@pytest.mark.usefixtures("played")
def test_without_arguments_it_is_this_year_in_the_home_for_nobody_elses_eyes(brapped: Brapped, tmp_path: Path) -> None:
    file = tmp_path / "home" / "reports" / f"brapped-{datetime.now(UTC).year}.html"
    said = brapped("report", "--range", "all")
    assert (said.code, said.errors) == (0, "")
    assert brapped("report").code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(other.name for other in file.parent.iterdir()) == sorted([file.name, "brapped-all.html"])
    assert "ann&#39;s song" in (file.parent / "brapped-all.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("played")
def test_a_folder_a_file_and_another_listener(brapped: Brapped, tmp_path: Path) -> None:
    said = brapped("report", "--range", "all", "-o", f"{tmp_path}/new/", "--listener", "user of bob")
    assert said.code == 0
    assert said.output.startswith(f"All time is in {tmp_path}/new/brapped-all.html (")
    assert "bob&#39;s song" in (tmp_path / "new" / "brapped-all.html").read_text(encoding="utf-8")
    assert brapped("report", "--range", "all", "-o", str(tmp_path / "new")).code == 0
    assert "ann&#39;s song" in (tmp_path / "new" / "brapped-all.html").read_text(encoding="utf-8")
    assert brapped("report", "-o", str(tmp_path / "mine.html")).code == 0
    assert (tmp_path / "mine.html").exists()


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--range", "someday"], 2, "'someday' is no period; say year, all, 30d, week, 2025, 2025-03"),
        (["--listener", "carol"], 2, "No single listener is called 'carol'. The listeners are:"),
        (["-o", ""], 2, "-o names no place."),
        (["-o", "/proc/nowhere/page.html"], 1, "/proc/nowhere/page.html: the report cannot be written there"),
        (["-o", "s3://me:secret@bucket/page.html"], 1, "s3://bucket/page.html: this kind of URL needs another package"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(brapped: Brapped, arguments: list[str], code: int, sentence: str) -> None:
    said = brapped("report", *arguments)
    assert (said.code, said.output) == (code, "")
    assert sentence in said.errors
    assert "secret" not in said.errors
    assert "Traceback" not in said.errors


@pytest.mark.usefixtures("played")
def test_of_the_simulated_account_it_says_so(brapped: Brapped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Demo: this listener is simulated."
    for home, is_said in (("demo", True), ("home", False)):
        monkeypatch.setenv("BRAPPED_HOME", str(tmp_path / home))
        assert brapped("report", "--range", "all").code == 0
        page = (tmp_path / home / "reports" / "brapped-all.html").read_text(encoding="utf-8")
        assert (said in page) == is_said


def test_before_anything_is_played_it_says_how_to_begin(brapped: Brapped) -> None:
    said = brapped("report")
    assert said.code == 2
    assert "Nothing was played yet; bring in an export with `brapped import`" in said.errors
