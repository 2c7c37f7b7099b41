"""The formulas of Wrapped that the page shows give the numbers of its cards."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.how_counted.wrapped import FORMULAS
from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import viewer
from brapped_assets.insights.wrapped import numbers
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.wrapped_plays import NOW, ZONES, histories
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.imported_files import vouch
from brapped_assets_tests.warehouse.polled_plays import newcomer

PERIODS = ["2024", "year", "2025-01", "all"]
Rows = list[tuple[Any, ...]]


class Undo(Exception):
    """The example is over."""


def released(tx: Connection) -> None:
    """Albums of various years and lengths, as they are when they were looked up."""
    tx.execute("update star.album_dim set release_date = make_date(1990 + album_key % 9, 1, 1),"
               " total_tracks = 3 + album_key % 5, album_id = 'album' || album_key")  # fmt: skip
    tx.execute("insert into star.artist_genre select artist_key, 'musicbrainz', 'genre ' || artist_key % 2, 1"
               " from star.artist_dim")  # fmt: skip
    tx.execute("insert into star.artist_genre select artist_key, 'musicbrainz', 'music', 2 from star.artist_dim")
    tx.execute("insert into star.artist_tags (artist_key, country)"
               " select artist_key, (array['GB', 'SE', null])[artist_key % 3 + 1] from star.artist_dim")  # fmt: skip


def told(n: Numbers) -> dict[str, Rows]:
    """What the cards tell, as the statements answer."""
    known = sorted((year, plays) for year, plays in n.releases.items() if year)
    half = sum(plays for _, plays in known) / 2
    passed = accumulate(plays for _, plays in known)
    median = next((year for (year, _), so_far in zip(known, passed, strict=True) if so_far >= half), None)
    album, repeat, big, back, streak = n.album, n.repeat, n.big_day, n.comeback, n.streak
    of_album = [(album.songs, album.of_songs, album.album.plays, album.album.ms, album.evenness)] if album else []
    return {
        "Top artists": [(one.key, one.plays, one.ms) for one in n.artists],
        "Top songs": [(one.key, one.plays, one.ms) for one in n.songs],
        "Top album": of_album,
        "The race": sorted(
            (key, month, plays) for key, months in n.by_month.items() for month, plays in months.items()
        ),
        "On repeat": [(repeat.day, repeat.song.key, repeat.song.plays, repeat.song.ms)] if repeat else [],
        "The day you could not stop": [(big.day.day, big.day.plays, big.day.ms)] if big else [],
        "The comeback": [
            (back.artist.key, back.last_on, back.back_on, back.artist.plays, back.artist.ms)
        ] if back else [],
        "Your streak": [(streak.first, streak.last, streak.days)] if streak else [],
        "Listening age": [(median,)],
        "Your genres": [(value, ms) for value, ms in n.genres.top],
        "Where your artists come from": [(value, ms) for value, ms in n.origins.top],
        "Where you listened": [(value, ms) for value, ms in n.places.top],
        **told_of_habits(n),
    }  # fmt: skip


def told_of_habits(n: Numbers) -> dict[str, Rows]:
    first, loyal, run, traits = n.first, n.loyal, n.run, n.traits
    return {
        "Where it began": [(first.song.key, first.at, first.day_plays, first.day_ms)] if first else [],
        "Song of each month": [
            (one.step, one.song.key, one.song.plays, one.song.ms) for one in reversed(n.favourites.of)
        ],
        "Always there": [(loyal.artist.key, loyal.days, loyal.artist.plays, loyal.artist.ms)] if loyal else [],
        "The longest run": [(run.artist.key, run.plays, run.first_on)] if run else [],
        "To the end": [n.finished],
        "Explorer or loyalist": [traits.explored],
        "Album listener or shuffler": [traits.followed],
        "Night or morning person": [traits.nightly],
        "Skipper or finisher": [traits.skipped],
    }  # fmt: skip


@examples(10)
@given(plays=histories(), said=corrections(), zone=st.sampled_from(ZONES), asked=st.sampled_from(PERIODS))
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, plays: list[Told], said: list[tuple[str, int]], *, zone: str, asked: str
) -> None:
    try:
        with warehouse.transaction() as tx:
            me = newcomer(tx, zone=zone)
            tell(tx, me, [("extended", [replace(one, shuffle=one.skipped) for one in plays])])
            vouch(tx, me, datetime(2023, 1, 1, tzinfo=UTC), NOW)
            released(tx)
            say_all(tx, me, said)
            who = viewer(tx, NOW, me)
            assert who is not None
            period = named(asked, today=who.today, first_day=who.first_day or who.today)
            compared = earlier_period(tx, who, period)
            values = {
                "listener_id": me, "first": period.first, "until": period.until,
                "before_first": compared and compared.first, "before_until": compared and compared.until,
            }  # fmt: skip
            n = numbers(tx, who, period)
            found = {
                formula.name: [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]
                for formula in FORMULAS
            }
            for name in ("Your genres", "Where your artists come from", "Where you listened"):
                found[name] = [(value, ms) for value, _, ms in found[name]]
            found["Top album"] = [(*row[1:-1], round(row[-1], 6)) for row in found["Top album"]]
            clock, new, then, hits = (
                found.pop(name) for name in ("Your clock", "Discoveries", "Then and now", "One-hit artists")
            )
            assert found == told(n)
            assert tuple(sum(ms for _, at, ms in clock if at == hour) for hour in range(24)) == n.hours
            assert sum(ms for day, _, ms in clock if day > 5) == n.weekend_ms
            assert len(hits) == n.one_hits.artists
            assert [hit[1:] for hit in hits[:3]] == [(one.plays, one.ms) for one in n.one_hits.top]
            if n.known_before:
                assert (len(new), sum(plays for _, plays, _ in new)) == (n.discoveries.artists, n.discoveries.plays)
                assert new[:3] == [(one.key, one.plays, one.ms) for one in n.discoveries.top]
            if n.before:
                assert then == [(n.before.plays, n.before.ms)]
            raise Undo  # noqa: TRY301  (leaving is how a transaction is undone)
    except Undo:
        pass
