"""Order does not matter: polls and exports in any order, any number of times, give the same fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brapped_assets.warehouse.connections import Connection, Warehouse
from brapped_assets.warehouse.exports import Occurrences, merge_exported
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge import merge_plays
from brapped_assets_tests.warehouse.pages import Play, newcomer, page, song

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One exported play; the fields `Exported` asks for."""

    ended_at: datetime
    ms_played: int
    track_id: str | None
    title: str
    artist: str
    skipped: bool | None = None
    track_uri: str | None = None
    album: str | None = None
    platform: str | None = "android"
    country: str | None = "IN"
    reason_start: str | None = "trackdone"
    reason_end: str | None = "trackdone"
    shuffle: bool | None = None
    offline: bool | None = None
    incognito: bool | None = None


# Polled id, exported id, title, length: one is relinked, one very short, two share a title.
TRACKS = [
    ("a", "a", "Song a", 200_000),
    ("b", "b2", "Song b", 45_000),
    ("c", "c", "Song c", 31_000),
    ("d", "d", "Song a", 90_000),
]
ARTIST = "Alice"

Batch = tuple[Literal["poll", "extended", "account"], Sequence[Any]]


@st.composite
def histories(draw: st.DrawFn) -> list[Batch]:
    """What polls and files tell of a few plays: pages that drop plays, clocks that drift, files that overlap."""
    at = NOON
    polled: list[Play] = []
    told: list[Told] = []
    for _ in range(draw(st.integers(1, 9))):
        api_id, export_id, title, length = draw(st.sampled_from(TRACKS))
        at += timedelta(milliseconds=draw(st.sampled_from([0, 400, 31_000, 45_000, 89_900, 90_000, 200_000])))
        seen = draw(st.sampled_from(["both", "both", "both", "poll", "export"]))
        if seen != "export":
            polled.append(Play(at, song(api_id, name=title, artists=[ARTIST], duration_ms=length)))
        if seen != "poll":
            drift = timedelta(seconds=draw(st.integers(-80, 80)))
            ended = (at + drift).replace(microsecond=0)
            told.append(Told(ended, draw(st.sampled_from([length, 0, 30_000])), export_id, title, ARTIST))
    minutely = [replace(t, ended_at=t.ended_at.replace(second=0), track_id=None, platform=None) for t in told]
    batches: list[Batch] = []
    for kind, everything in (("poll", polled), ("extended", told), ("account", minutely)):
        for _ in range(draw(st.integers(1, 2))):
            some = draw(st.lists(st.sampled_from(everything), max_size=12)) if everything else []
            batches.append((kind, some))  # type: ignore[arg-type]
    return batches


def tell(tx: Connection, listener_id: int, batches: Sequence[Batch]) -> None:
    for kind, items in batches:
        if kind == "poll":
            land(tx, page(listener_id, list(items)))
            merge_plays(tx, listener_id, NOON)
        else:
            merge_exported(tx, listener_id, kind, items, Occurrences())


def natural(tx: Connection, listener_id: int) -> list[tuple[Any, ...]]:
    """The fact without its keys."""
    rows = tx.execute(
        """select f.played_at, t.track_ref, f.ms_played, f.is_estimated, f.api_at, at.track_ref as api_ref, f.export_at,
                  x.track_ref as export_ref, f.export_ms, f.in_extended, platform.label as platform
           from star.streaming_fact f join star.track_dim t using (track_key)
           left join star.track_dim at on at.track_key = f.api_track_key
           left join raw.export_track x using (export_track_key)
           left join star.play_label platform on platform.label_key = f.platform_key
           where f.listener_id = %s""",
        (listener_id,),
    ).fetchall()
    return sorted(tuple(map(str, row.values())) for row in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_polls_and_exports_in_any_order_and_number_give_the_same_fact(
    warehouse: Warehouse, data: st.DataObject
) -> None:
    batches = data.draw(histories())
    other = data.draw(st.permutations([*batches, *data.draw(st.lists(st.sampled_from(batches), max_size=2))]))
    with warehouse.transaction() as tx:
        first, second = newcomer(tx, f"one-{id(data)}"), newcomer(tx, f"two-{id(data)}")
        tell(tx, first, batches)
        tell(tx, second, other)
        assert natural(tx, first) == natural(tx, second)
        tx.execute("delete from star.streaming_fact")
        tx.execute("delete from raw.recently_played")
        tx.execute("delete from audit.gap")
        tx.execute("delete from audit.poll")
        tx.execute("delete from audit.listener")
