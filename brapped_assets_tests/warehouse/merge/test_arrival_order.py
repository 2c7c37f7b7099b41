"""Order does not matter: polls, exports and the old tables in any order, any number of times, give the same fact."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import ARTIST, NOON, Batch, Old, Told, natural, obvious, tell
from brapped_assets_tests.warehouse.polled_plays import Play, local_file, newcomer, song

# Polled id, exported id, title, length: one is relinked, one very short, two share a title, one is a local file.
TRACKS = [
    ("a", "a", "Song a", 200_137),
    ("b", "b2", "Song b", 45_999),
    ("c", "c", "Song c", 31_000),
    ("d", "d", "Song a", 90_000),
    ("", "", "tape", 180_000),
]
# On the day itself and after midnight, in one minute and in two.
UPLOADS = [NOON + timedelta(hours=hours, seconds=seconds) for hours in (3, 13) for seconds in (1, 59, 61)]
LOCAL = "spotify:local:bob:tape:tape:180"


def spellings(title: str) -> list[str]:
    return [title, title.upper(), title.replace(" ", "  ")]


@st.composite
def histories(draw: st.DrawFn) -> list[Batch]:
    """What polls and files tell of a few plays: pages that drop plays, clocks that drift, files that overlap."""
    at = NOON
    polled: list[Play] = []
    told: list[Told] = []
    old: list[Old] = []
    for _ in range(draw(st.integers(1, 9))):
        api_id, export_id, title, length = draw(st.sampled_from(TRACKS))
        at += timedelta(milliseconds=draw(st.sampled_from([0, 400, 31_000, 45_000, 89_900, 90_000, 200_000])))
        seen = draw(st.sampled_from(["both", "both", "both", "poll", "export"]))
        if seen != "export":
            track = song(api_id, name=title, artists=[ARTIST], duration_ms=length) if api_id else local_file(title)
            polled.append(Play(at, track))
        # The old scripts asked the API too; their tables tell a play once, twice, or seconds off, and not always by id.
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
            off = timedelta(milliseconds=draw(st.sampled_from([0, 0, 400, -1_000, 1_000, 1_500, 2_000, -2_001])))
            track_id = draw(st.sampled_from([api_id or None, api_id or None, None]))
            length_told = draw(st.sampled_from([length, None]))
            old.append(Old(at + off, track_id, title, "bob" if not api_id else ARTIST, None, length_told))
        if seen != "poll":
            # Of an offline play the reader knows the START to the second, and the milliseconds.
            drift = timedelta(seconds=draw(st.integers(-80, 80)))
            offline = draw(st.booleans())
            uploaded = draw(st.sampled_from([None, *UPLOADS])) if offline else None
            ms_played = draw(st.sampled_from([length, 0, 30_000]))
            played = timedelta(milliseconds=ms_played if offline else 0)
            ended = (at + drift - played).replace(microsecond=0) + played
            # A local file comes without names, and as a uri.
            told.append(
                Told(ended, ms_played, export_id, title, ARTIST, offline=offline, uploaded_at=uploaded)
                if export_id
                else Told(ended, ms_played, None, "", "", offline=offline, track_uri=LOCAL, uploaded_at=uploaded)
            )
    minutely = [
        Told(at.replace(second=0, microsecond=0), t.ms_played, None, t.title, t.artist, platform=None)
        for t in told
        for at in (t.ended_at, t.ended_at + timedelta(milliseconds=999), t.uploaded_at)
        if t.track_id and at
    ]
    batches: list[Batch] = []
    for kind, everything in (("poll", polled), ("extended", told), ("account", minutely), ("legacy", old)):
        for _ in range(draw(st.integers(1, 2))):
            some: list[Any] = draw(st.lists(st.sampled_from(everything), max_size=12)) if everything else []
            if kind == "account":
                some = [replace(told, title=draw(st.sampled_from(spellings(told.title)))) for told in some]
            if kind == "extended":  # an older export told less, or otherwise
                details: dict[str, Any] = draw(
                    st.fixed_dictionaries(
                        {
                            "platform": st.sampled_from(["android", "ios", None]),
                            "skipped": st.sampled_from([True, None]),
                        }
                    )
                )
                some = [replace(told, **details) for told in some]
            batches.append((kind, some))  # type: ignore[arg-type]
    return batches


def clear(tx: Connection) -> None:
    for table in (
        "star.streaming_fact",
        "raw.recently_played",
        "raw.legacy_play",
        "raw.legacy_track",
        "raw.account_play",
        "audit.gap",
        "audit.poll",
        "audit.listener_zone",
        "audit.listener",
        "star.track_dim",
        "raw.export_track",
        "star.artist_dim",
    ):
        tx.execute(f"delete from {table}")


@examples(25)
@given(data=st.data())
def test_all_sources_in_any_order_and_number_give_the_fact_of_all_at_once(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    batches = data.draw(histories())
    again = data.draw(st.lists(st.sampled_from(batches), max_size=2))
    other = data.draw(st.permutations([*batches, *again]))
    piece = data.draw(st.sampled_from([1, 3, 50_000]))
    with warehouse.transaction() as tx:
        first, second = newcomer(tx, f"one-{id(data)}"), newcomer(tx, f"two-{id(data)}")
        # A batch of the one, a batch of the other: whose play it is keeps them apart.
        for ours, theirs in zip([*batches, *again], other, strict=True):
            tell(tx, first, [ours], piece)
            tell(tx, second, [theirs])
        expected = obvious(batches)
        assert natural(tx, first) == expected
        assert natural(tx, second) == expected
        clear(tx)
