"""Whose listening an import is: what is asked about, and what is nobody's business."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.export_target import open_target
from brapped_assets.transfer.exporter import export
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.ownership import doubts
from brapped_assets.transfer.ownership_doubts import Doubt, Sign
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.listeners import get_or_create_without_login
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.history.export_builders import account, document, extended, zipped
from brapped_assets_tests.warehouse.polled_plays import Play as Item
from brapped_assets_tests.warehouse.polled_plays import newcomer, page, song

BEGIN = datetime(2021, 3, 1, 7, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Life = list[tuple[datetime, str]]


def life(who: str, plays: int, *, begin: datetime = BEGIN) -> Life:
    """Plays of somebody's own songs, ten an evening, seven minutes apart."""
    offset = timedelta(minutes=sum(who.encode()) % 5)
    return [(begin + offset + timedelta(days=n // 10, minutes=7 * (n % 10)), f"{who} {n % 40}") for n in range(plays)]


def rows(plays: Life, **values: Any) -> list[dict[str, Any]]:
    return [
        extended(
            ts=f"{at:%Y-%m-%dT%H:%M:%SZ}", spotify_track_uri=uri(title), master_metadata_track_name=title, **values
        )
        for at, title in plays
    ]


def minutes(plays: Life) -> list[dict[str, Any]]:
    """The same as account data tells it."""
    return [account(endTime=f"{at:%Y-%m-%d %H:%M}", trackName=title) for at, title in plays]


def uri(title: str) -> str:
    return f"spotify:track:{title.encode().hex():0>22}"[:36]


def written(folder: Path, content: list[dict[str, Any]], name: str = "Streaming_History_Audio_2021_0.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(document(content))
    return folder


def signs(warehouse: Warehouse, listener_id: int, *paths: Path) -> list[Sign]:
    return [doubt.sign for doubt in doubts(warehouse, listener_id, [find_histories(path) for path in paths])[0]]


def bring(warehouse: Warehouse, listener_id: int, *paths: Path) -> None:
    import_history(warehouse, listener_id, [find_histories(path) for path in paths], Summary())


def poll(warehouse: Warehouse, listener_id: int, plays: Sequence[tuple[datetime, str]]) -> None:
    items = [
        Item(at + timedelta(seconds=2), song(uri(title)[14:], name=title, duration_ms=200_000)) for at, title in plays
    ]
    with warehouse.transaction() as tx:
        land(tx, page(listener_id, items))
    with warehouse.transaction() as tx:
        merge_plays(tx, listener_id, NOW)


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, zone="UTC")


def test_two_accounts_in_one_import_are_asked_about_wherever_their_rows_stand(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    ana, bo = rows(life("ana", 30), username="ana"), rows(life("bo", 30), username="bo")
    apart = (written(tmp_path / "1" / "a", ana), written(tmp_path / "1" / "b", bo))
    assert signs(warehouse, me, *apart) == ["two accounts"]
    assert signs(warehouse, me, tmp_path / "1") == ["two accounts"]
    assert signs(warehouse, me, written(tmp_path / "2", [*ana * 20, *bo])) == ["two accounts"]
    zip_of_both = zipped(tmp_path / "3.zip", {"a/endsong_0.json": document(ana), "b/endsong_0.json": document(bo)})
    assert signs(warehouse, me, zip_of_both) == ["two accounts"]
    in_capitals = rows(life("ana", 30, begin=BEGIN + timedelta(days=90)), username="ANA")
    assert signs(warehouse, me, apart[0], written(tmp_path / "4", in_capitals)) == []


def test_an_account_other_than_the_one_imported_before_is_asked_about_and_no_name_is_kept(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    bring(warehouse, me, written(tmp_path / "a", rows(life("ana", 30), username="ana-of-old")))
    later = life("ana", 30, begin=BEGIN + timedelta(days=400))
    other = written(tmp_path / "b", rows(later, username="bo"))
    assert signs(warehouse, me, other) == ["another account"]
    assert signs(warehouse, me, written(tmp_path / "c", rows(later, username="ana-of-old"))) == []
    assert signs(warehouse, me, written(tmp_path / "d", rows(later))) == []
    with warehouse.transaction() as tx:
        kept = tx.execute("select i::text as row from audit.import_file i").fetchall()
    assert not any("ana-of-old" in row["row"] or b"ana-of-old".hex() in row["row"] for row in kept)
    # Who said yes is not asked again.
    bring(warehouse, me, other)
    assert signs(warehouse, me, written(tmp_path / "e", rows(later[:9], username="bo"))) == []


def test_a_file_that_another_listener_has_is_asked_about_and_named(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        bo = newcomer(tx, "bo", zone="UTC")
        tx.execute("update audit.listener set display_name = 'Bo Nair' where listener_id = %s", (bo,))
    path, empty = written(tmp_path / "a", rows(life("bo", 20))), written(tmp_path / "b", [])
    bring(warehouse, bo, path, empty)
    found, _ = doubts(warehouse, me, [find_histories(path)])
    (doubt,) = found
    assert doubt.sign == "another listener's file"
    assert doubt.text.endswith("_0.json: already imported for Bo Nair (1 of 1 files).")
    in_a_zip = zipped(tmp_path / "x.zip", {"MyData/endsong_7.json": document(rows(life("bo", 20)))})
    assert signs(warehouse, me, in_a_zip) == ["another listener's file"]
    # A list without a play is everybody's, and what is one's own already is no question.
    assert signs(warehouse, me, empty) == []
    assert signs(warehouse, bo, path) == []
    bring(warehouse, me, path)
    assert signs(warehouse, me, path) == []


def test_an_export_of_ours_is_asked_about_where_it_is_not_of_whom_it_names(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        bo, cy = newcomer(tx, "bo", zone="UTC"), get_or_create_without_login(tx, "Cy", time_zone="UTC", now=NOW)
        tx.execute("update audit.listener set display_name = 'Bo Nair' where listener_id = %s", (bo,))
    bring(warehouse, bo, written(tmp_path / "a", rows(life("bo", 20))))
    with open_target(tmp_path / "bo.zip") as target:
        export(warehouse, bo, target, now=NOW)
    path = tmp_path / "bo.zip"
    assert signs(warehouse, bo, path) == []
    for other in (me, cy.listener_id):
        found, _ = doubts(warehouse, other, [find_histories(path)])
        assert found == [Doubt("another listener's file", f"{path}: an export of Bo Nair, made by Brapped.")]
    # Of somebody whom nobody here knows: it may be theirs who never logged in.
    forget(warehouse, bo, before=None, now=NOW)
    assert signs(warehouse, me, path) == ["another listener's file"]
    assert signs(warehouse, cy.listener_id, path) == []


@pytest.mark.parametrize("known_as", ["polled", "extended", "account"])
@pytest.mark.parametrize("told_as", ["extended", "account"])
def test_an_export_that_agrees_with_nothing_known_is_asked_about_and_ones_own_is_not(
    warehouse: Warehouse, me: int, tmp_path: Path, known_as: str, told_as: str
) -> None:
    mine, theirs = life("ana", 60), life("bo", 60)
    names = {"extended": "Streaming_History_Audio_2021_0.json", "account": "StreamingHistory_music_0.json"}

    def file(where: str, plays: Life, kind: str) -> Path:
        content = rows(plays) if kind == "extended" else minutes(plays)
        return written(tmp_path / where, content, names[kind])

    if known_as == "polled":
        for first in range(0, 60, 50):
            poll(warehouse, me, mine[first : first + 50])
    else:
        bring(warehouse, me, file("known", mine, known_as))
    found, agreement = doubts(warehouse, me, [find_histories(file("theirs", theirs, told_as))], is_whole=True)
    assert [doubt.sign for doubt in found] == ["another life"]
    assert agreement.agreeing == 0
    assert agreement.told >= 50
    assert signs(warehouse, me, file("mine", life("ana", 200), told_as)) == []
    # One of their files among one's own.
    other_name = names[told_as].replace("0.json", "1.json")
    written(tmp_path / "mine", rows(theirs) if told_as == "extended" else minutes(theirs), other_name)
    assert signs(warehouse, me, tmp_path / "mine") == ["another life"]


def test_too_few_plays_in_common_or_another_time_are_no_reason_to_ask(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    bring(warehouse, me, written(tmp_path / "a", rows(life("ana", 500))))
    assert signs(warehouse, me, written(tmp_path / "b", rows(life("bo", 49)))) == []
    assert signs(warehouse, me, written(tmp_path / "c", rows(life("bo", 900, begin=BEGIN - timedelta(days=99))))) == []
    # A file that begins on the day on which what is known ends, as one's next file does.
    at_last = BEGIN + timedelta(days=49, hours=2)
    after = [(at_last + timedelta(minutes=3 * (n % 100), days=n // 100), f"later {n % 40}") for n in range(500)]
    assert signs(warehouse, me, written(tmp_path / "d", rows(after))) == []


def test_who_listens_on_the_same_days_is_somebody_else_whatever_the_hour_and_however_little(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    mine, theirs = ([(BEGIN + timedelta(days=n, hours=hour), f"{hour} {n}") for n in range(100)] for hour in (1, 12))
    both = written(tmp_path / "a", rows(mine)), written(tmp_path / "b", rows(theirs))
    assert signs(warehouse, me, *both) == ["two lives"]
    bring(warehouse, me, both[0])
    assert signs(warehouse, me, both[1]) == ["another life"]
    assert signs(warehouse, me, both[0]) == []


def test_two_lives_in_one_import_are_asked_about_without_any_name_and_two_exports_of_one_life_are_not(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    mine, theirs = rows(life("ana", 80)), rows(life("bo", 80))
    written(tmp_path / "two" / "ana", mine)
    written(tmp_path / "two" / "bo", theirs)
    assert signs(warehouse, me, tmp_path / "two") == ["two lives"]
    # Downloaded into one folder, one after the other.
    written(tmp_path / "down", mine, "endsong_0.json")
    written(tmp_path / "down", theirs, "endsong_0 (1).json")
    assert signs(warehouse, me, tmp_path / "down") == ["two lives"]
    written(tmp_path / "one" / "first", mine)
    written(tmp_path / "one" / "second", rows(life("ana", 120)))
    written(tmp_path / "one" / "third", minutes(life("ana", 100)), "StreamingHistory_music_0.json")
    assert signs(warehouse, me, tmp_path / "one") == []


def test_an_old_export_whose_files_each_spread_over_all_years_is_one_persons(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    every_other = [rows(life("ana", 300)[half::2], username="ana") for half in (0, 1)]
    for number, content in enumerate(every_other):
        written(tmp_path / "all", content, f"endsong_{number}.json")
    assert signs(warehouse, me, tmp_path / "all") == []
    first, second = (written(tmp_path / f"{n}", content, f"endsong_{n}.json") for n, content in enumerate(every_other))
    assert signs(warehouse, me, first, second) == []
    bring(warehouse, me, first)
    assert signs(warehouse, me, tmp_path / "all") == []


def test_looking_writes_nothing(warehouse: Warehouse, me: int, tmp_path: Path) -> None:
    bring(warehouse, me, written(tmp_path / "a", rows(life("ana", 80))))
    path = written(tmp_path / "b", rows(life("bo", 80), username="bo"))
    readers = ReadOnly(warehouse)
    assert [doubt.sign for doubt in doubts(readers, me, [find_histories(path)], is_whole=True)[0]] == ["another life"]


class ReadOnly:
    """Transactions in which PostgreSQL refuses whatever writes."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def transaction(self, *, lock_seconds: int = 10) -> Any:
        del lock_seconds
        return self._warehouse.snapshot()
