"""Exported plays in the fact: whole rows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.errors import Gone
from brapped_assets.warehouse.merge.play_merge import MergeOutcome
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import NOON, Batch, Told, after, natural, tell
from brapped_assets_tests.warehouse.polled_plays import Play, local_file, newcomer, song

LOCAL = "spotify:local:bob:tape:demo:180"


def plays(tx: Connection) -> list[dict[str, Any]]:
    """What the public view shows, oldest first."""
    return tx.execute("select * from bi.plays order by played_at, ms_played, track_id").fetchall()


def polled(second: float, ref: str = "a", **more: Any) -> Play:
    return Play(after(second), song(ref, artists=["Alice"], **more))


def minute(told: Told) -> Told:
    """The same play as account data tells it."""
    ended_at = told.ended_at.replace(second=0, microsecond=0)
    return Told(ended_at, told.ms_played, None, told.title, told.artist, None, *[None] * 9)


def test_an_exported_play_is_a_whole_row_in_the_listeners_zone(warehouse: Warehouse) -> None:
    told = Told(
        after(0), 120_000, platform="Android OS 13", reason_start="clickrow", reason_end="fwdbtn", shuffle=True,
        skipped=True, offline=False, incognito=False, album="Album a",
    )  # fmt: skip
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kolkata")
        assert tell(tx, me, [("extended", [told])]) == MergeOutcome(added=1)
        (row,) = plays(tx)
    assert row["played_at_local"] == datetime(2026, 3, 1, 17, 30)  # noqa: DTZ001 local columns carry no zone
    assert (str(row["played_on"]), row["played_hour"]) == ("2026-03-01", 17)
    known = {
        "played_at": NOON, "track_id": "a", "track_name": "Song a", "artist_id": None, "artist_name": "Alice",
        "album_id": None, "ms_played": 120_000, "ms_played_basis": "reported", "counts_as_play": True, "skipped": True,
        "shuffle": True, "offline": False, "incognito": False, "platform": "Android OS 13", "country": "IN",
        "reason_start": "clickrow", "reason_end": "fwdbtn", "source": "export",
    }  # fmt: skip
    assert {name: row[name] for name in known} == known


def test_of_a_matched_play_the_instant_and_track_are_the_apis_and_all_else_is_the_exports(warehouse: Warehouse) -> None:
    told = Told(after(3), 12_345, "relinked", skipped=True, reason_end="fwdbtn")
    for order in (1, -1):
        batches: list[Batch] = [("poll", [polled(0.333)]), ("extended", [told])]
        with warehouse.transaction() as tx:
            me = newcomer(tx, f"token {order}")
            became = tell(tx, me, batches[::order])
            assert became == (MergeOutcome(matched=1) if order == 1 else MergeOutcome(added=1))
            (row,) = [row for row in plays(tx) if row["listener_id"] == me]
        assert (row["played_at"], row["track_id"], row["source"]) == (after(0.333), "a", "both")
        assert (row["ms_played"], row["ms_played_basis"], row["counts_as_play"]) == (12_345, "reported", False)
        assert (row["skipped"], row["platform"], row["reason_end"]) == (True, "android", "fwdbtn")


@pytest.mark.parametrize("seconds", [(-40, 30), (0, -89), (59, 149), (-1, 89)])
def test_around_midnight_each_kind_of_export_knows_what_the_other_and_polls_have_told(
    warehouse: Warehouse, seconds: tuple[int, int]
) -> None:
    midnight = 12 * 60 * 60
    ended, shown = (midnight + second for second in seconds)
    told = Told(after(ended), 60_000)
    extended: Batch = ("extended", [told, Told(after(-10 * 365 * midnight), 1)])  # and an offline play of years ago
    account: Batch = ("account", [minute(told)])
    with warehouse.transaction() as tx:
        for number, first in enumerate([extended, account]):
            me = newcomer(tx, f"token {number}")
            tell(tx, me, [("poll", [polled(shown)]), first])
            once = natural(tx, me)
            assert tell(tx, me, [first]) == MergeOutcome(known=len(first[1]))
            assert natural(tx, me) == once
            second = extended if first is account else account
            assert tell(tx, me, [second]).told_twice == 1
            assert len(natural(tx, me)) == 2


def test_a_match_is_taken_apart_when_a_better_partner_arrives(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [polled(0)]), ("extended", [Told(after(80), 31_000)])])
        assert [row["source"] for row in plays(tx)] == ["both"]
        assert tell(tx, me, [("extended", [Told(after(1), 30_500)])]) == MergeOutcome(matched=1)
        near, far = plays(tx)
        assert (near["source"], near["played_at"], near["ms_played"]) == ("both", after(0), 30_500)
        assert (far["source"], far["played_at"], far["ms_played"]) == ("export", after(80), 31_000)
        # The play the other half belongs to, late.
        tell(tx, me, [("poll", [polled(70)])])
        assert [(row["source"], row["played_at"], row["ms_played"]) for row in plays(tx)] == [
            ("both", after(0), 30_500),
            ("both", after(70), 31_000),
        ]


def test_what_a_match_leaves_behind_is_estimated_again(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [polled(-100), polled(0)]), ("extended", [Told(after(75), 31_000)])])
        assert [(row["source"], row["ms_played"]) for row in plays(tx)] == [("api", 200_000), ("both", 31_000)]
        tell(tx, me, [("poll", [polled(74)])])
        assert [(row["source"], row["ms_played"], row["ms_played_basis"]) for row in plays(tx)] == [
            ("api", 200_000, "estimated"), ("api", 100_000, "estimated"), ("both", 31_000, "reported")
        ]  # fmt: skip


def test_an_exported_play_in_between_shortens_the_estimate_of_the_next(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [polled(0), polled(300)])])
        assert [row["ms_played"] for row in plays(tx)] == [200_000, 200_000]
        tell(tx, me, [("extended", [Told(after(255), 40_000, "b", "Song b")])])
        assert [row["ms_played"] for row in plays(tx)] == [200_000, 40_000, 45_000]
        tell(tx, me, [("extended", [Told(after(301), 99_000)])])
        assert [(row["ms_played"], row["ms_played_basis"]) for row in plays(tx)] == [
            (200_000, "estimated"), (40_000, "reported"), (99_000, "reported")
        ]  # fmt: skip


@pytest.mark.parametrize("piece", quick_of(2, [1, 2, 50_000]))
def test_a_play_is_there_as_often_as_the_file_that_tells_it_most(warehouse: Warehouse, piece: int) -> None:
    told = Told(after(0), 0)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for times, added in ((2, 2), (1, 0), (2, 0), (3, 1), (3, 0)):
            became = tell(tx, me, [("extended", [told] * times)], piece)
            assert (became.added, became.known) == (added, times - added)
        assert len(plays(tx)) == 3
        for times in (2, 4, 4):
            tell(tx, me, [("account", [minute(told)] * times)], piece)
        assert len(plays(tx)) == 4


@pytest.mark.parametrize("order", [1, -1])
def test_account_data_and_extended_history_tell_of_the_same_plays(warehouse: Warehouse, order: int) -> None:
    # By the album's artist the one, by the track's the other.
    told = [Told(after(17), 180_000), Told(after(59), 0, "b", "Song b"), Told(after(300), 31_000, "c", "Song c")]
    both = [minute(replace(play, artist="Alice feat. Bob")) for play in told]
    batches: list[Batch] = [("account", [*both, minute(Told(after(900), 44_000))]), ("extended", told)]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        became = tell(tx, me, batches[::order])
        assert (became.added, became.told_twice, became.known) == (4, 3, 0)
        rows = plays(tx)
        assert tell(tx, me, batches) == MergeOutcome(known=7)
        assert plays(tx) == rows
    assert [(row["played_at"], row["track_id"]) for row in rows] == [
        (after(17), "a"), (after(59), "b"), (after(300), "c"), (after(900), None)
    ]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_a_play_is_one_however_two_exports_spell_its_names(warehouse: Warehouse, order: int) -> None:
    spellings = [("Café Noir", "Zoë"), (normalize("NFD", "Café Noir"), normalize("NFD", "Zoë")), ("CAFÉ  Noir ", "zoë")]
    first, *others = [Told(after(17), 180_000, title=title, artist=artist) for title, artist in spellings]
    batches: list[Batch] = [("extended", [first]), *(("account", [minute(other)]) for other in others)]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, batches[1:][::order])
        assert [row["track_name"] for row in plays(tx)] == [spellings[2][0]]
        tell(tx, me, batches[::order])
        assert [row["track_id"] for row in plays(tx)] == ["a"]
        tell(tx, me, [("account", [minute(others[0])] * 3)])
        assert len(plays(tx)) == 3


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Σας", "ΣΑΣ"),
        ("Café  Noir ", "café\tnoir"),
        ("İzmir", "i̇zmir"),
        ("ﬁne", "FINE"),
        ("Ⅳ", "iv"),
    ],
)
def test_whatever_spellings_are_one_name_are_one_for_both_kinds_of_export(
    warehouse: Warehouse, one: str, other: str, order: int
) -> None:
    batches: list[Batch] = [
        ("extended", [Told(after(17), 0, title=one)]),
        ("account", [minute(Told(after(17), 0, title=other))]),
    ]
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx), batches[::order])
        assert [row["track_id"] for row in plays(tx)] == ["a"]


@pytest.mark.parametrize("names", [("Intro", "INTRO"), ("INTRO", "Intro"), ("Cafe", "Café")])
def test_two_songs_of_one_file_whose_titles_differ_in_case_or_accents_are_two(
    warehouse: Warehouse, names: tuple[str, str]
) -> None:
    skipped = [Told(after(17), 0, "a", names[0]), Told(after(18), 0, "b", names[1])]
    file: Batch = ("account", [minute(told) for told in skipped])
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for _ in range(2):
            tell(tx, me, [file])
            assert {row["track_name"] for row in plays(tx)} == {*names}
            assert len(plays(tx)) == 2
        tell(tx, me, [("extended", skipped[:1])])
        assert len(plays(tx)) == 2
        tell(tx, me, [("extended", skipped), file])
        assert [(row["track_name"], row["track_id"]) for row in plays(tx)] == [*zip(names, "ab", strict=True)]


@pytest.mark.parametrize(
    ("drift", "source"), quick_of(3, [(-60, "both"), (0, "both"), (59, "both"), (119, "both"), (121, "api")])
)
def test_the_minute_of_account_data_may_end_anywhere_in_it(warehouse: Warehouse, drift: int, source: str) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [polled(drift)]), ("account", [minute(Told(after(0), 170_000))])])
        assert {row["source"] for row in plays(tx) if row["track_id"]} == {source}


def test_an_offline_play_lies_where_it_ended_and_not_where_it_was_uploaded(warehouse: Warehouse) -> None:
    ended = after(-7 * 86_400) + timedelta(milliseconds=250)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(
            tx, me, [("poll", [polled(0)]), ("extended", [Told(after(0), 200_000), Told(ended, 150_000, offline=True)])]
        )
        assert [(row["played_at"], row["offline"], row["source"]) for row in plays(tx)] == [
            (ended, True, "export"), (after(0), None, "both")
        ]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_an_offline_play_whose_end_one_export_does_not_tell_is_the_one_that_another_tells(
    warehouse: Warehouse, order: int
) -> None:
    # One song three times, uploaded at once; a fourth time that only the one without stamps tells of.
    upload = after(86_400)
    stamped = [Told(after(200 * n), 180_000, offline=True, uploaded_at=upload) for n in range(3)]
    unstamped = [Told(upload, 180_000, offline=True, uploaded_at=upload)] * 4
    batches: list[Batch] = [("extended", stamped[:1]), ("extended", unstamped), ("extended", stamped)]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        became = tell(tx, me, batches[::order])
        assert (became.added, became.known) == (4, 4)
        assert [(row["played_at"], row["counts_as_play"]) for row in plays(tx)] == [
            *((play.ended_at, True) for play in stamped),
            (upload, True),
        ]
        rows = natural(tx, me)
        assert tell(tx, me, batches) == MergeOutcome(known=8)
        assert natural(tx, me) == rows


def test_private_plays_are_kept_and_flagged_and_short_ones_do_not_count(warehouse: Warehouse) -> None:
    told = [Told(after(0), 29_999, incognito=True), Told(after(60), 30_000), Told(after(90), 0, skipped=True)]
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx), [("extended", told)])
        assert [(row["incognito"], row["counts_as_play"], row["skipped"]) for row in plays(tx)] == [
            (True, False, None), (None, True, None), (None, False, True)
        ]  # fmt: skip


def test_a_local_file_without_names_is_the_one_that_was_polled(warehouse: Warehouse) -> None:
    nameless = Told(after(2), 170_000, None, "", "", track_uri=LOCAL)
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        tell(tx, me, [("poll", [Play(after(0), local_file("demo"))]), ("extended", [nameless])])
        (row,) = plays(tx)
        assert (row["source"], row["track_id"], row["track_name"], row["artist_name"]) == ("both", None, "demo", "bob")
        tell(tx, me, [("extended", [replace(nameless, ended_at=after(900), track_uri=f"{LOCAL}:other")])])
        row = plays(tx)[-1]
        assert (row["track_name"], row["artist_name"]) == (f"{LOCAL}:other", "Unknown artist")


def test_two_exports_that_tell_a_detail_differently_give_the_same_row_in_either_order(warehouse: Warehouse) -> None:
    older = Told(after(0), 60_000, platform="Android OS 9", skipped=None, reason_end=None, country="IN")
    newer = Told(after(0), 60_000, platform="android", skipped=False, reason_end="fwdbtn", country=None)
    with warehouse.transaction() as tx:
        for number, files in enumerate([(older, newer), (newer, older), (newer, older, newer)]):
            me = newcomer(tx, f"token {number}")
            tell(tx, me, [("extended", [file]) for file in files])
        found = [
            (row["platform"], row["skipped"], row["reason_end"], row["country"], row["shuffle"]) for row in plays(tx)
        ]
        assert len(found) == 3
        assert set(found) == {("android", False, "fwdbtn", "IN", None)}


def test_names_of_any_length_and_kind_fit(warehouse: Warehouse) -> None:
    # Half a character and a NUL, which PostgreSQL stores in no text, and more than an index takes.
    wild = "\ud83d\x00" + "ж" * 5_000
    told = [
        Told(after(0), 1, None, wild, wild, album=wild, platform=wild, country=wild),
        Told(after(1), 1, None, wild, wild, track_uri=f"spotify:local:{wild}"),
        Told(after(2), 1, None, "tab\tand\nline\\N", "\\.", platform="\\N"),
    ]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for _ in range(2):
            tell(tx, me, [("extended", told)])
        rows = plays(tx)
    assert [len(row["track_name"]) for row in rows] == [500, 500, len("tab\tand\nline\\N")]
    assert (rows[2]["artist_name"], rows[2]["platform"]) == ("\\.", "\\N")


def test_an_export_is_one_listeners_alone(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        batches: list[Batch] = [("poll", [polled(0)]), ("extended", [Told(after(1), 60_000)])]
        tell(tx, me, batches)
        assert natural(tx, you) == []
        assert tell(tx, you, batches[1:]) == MergeOutcome(added=1)
        assert [row["source"] for row in plays(tx)] == ["both", "export"]


def test_a_listener_who_goes_takes_the_plays_along_and_nobody_elses(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        for token in ("mine", "yours"):
            tell(tx, newcomer(tx, token), [("extended", [Told(after(0), 60_000)])])
        tx.execute("delete from audit.listener where spotify_user_id = 'user of mine'")
        assert len(plays(tx)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        """insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                            api_at)
           select 999, played_at, played_at_local, track_key, 0, true, played_at from star.streaming_fact""",
        "update star.streaming_fact set listener_id = 999",
    ],
)
def test_a_play_of_nobody_is_refused(warehouse: Warehouse, statement: str) -> None:
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx), [("extended", [Told(after(0), 60_000)])])
    with pytest.raises(Gone), warehouse.transaction() as tx:
        tx.execute(statement)
