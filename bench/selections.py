"""Forty selections picked at random: addresses of pages with one to three filters and a period, and the same in SQL."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from random import Random
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psycopg

from brapped_assets.warehouse.db.connections import Connection

MANY, SEED, ARTISTS = 40, 40, 50
# A question that takes longer is given up: a page's budget is a hundredth of it.
PATIENCE_SECONDS = 3
FIRST_YEAR, LAST_YEAR = 2017, 2026
PLATFORMS = {"Phone": "android|ios", "Computer": "os x", "Web": "web_player", "TV": "cast_tv"}
# What an address may ask for, and the same of a row.
FILTERS: Mapping[str, tuple[Sequence[int | str], str]] = {
    "artist": (range(1, ARTISTS + 1), "p.artist_key = %(artist)s"),
    "decade": (range(1970, 2020, 10), "extract(year from al.release_date)::int / 10 * 10 = %(decade)s"),
    "weekday": (range(1, 8), "extract(isodow from p.played_on) = %(weekday)s"),
    "hour": (range(8, 24), "p.played_hour = %(hour)s"),
    "device": (tuple(PLATFORMS), "p.platform ~* %(platforms)s"),
    "source": (("api", "export"), "p.source = %(source)s"),
    "basis": (("reported", "estimated"), "p.ms_played_basis = %(basis)s"),
}
PLAYS = """from bi.shown_plays p join star.track_dim t using (track_key) left join star.album_dim al using (album_key)
where p.listener_id = %(me)s and p.played_on >= %(first)s and p.played_on < %(until)s"""
BY = "select {0}, count(*), sum(p.ms_played) {1} and p.counts_as_play group by {0} order by 2 desc"
# What a page adds up first.
GLANCE = (
    "p.artist_key",
    "p.track_key",
    "al.release_group",
    "p.played_on",
    "extract(isodow from p.played_on), p.played_hour",
)
ASKED: Mapping[str, Sequence[str]] = {
    "/": GLANCE, "/explore": GLANCE, "/list/artists": ("p.artist_key",), "/list/songs": ("p.track_key",),
    "/list/albums": ("al.release_group",), "/history": (),
}  # fmt: skip
NEWEST = "select p.*, count(*) over () {0} order by p.played_at desc limit 50"


class Selected(NamedTuple):
    """A page of some plays; `queries` are what it asks first, asked of the fact."""

    address: str
    queries: Sequence[str]
    values: Mapping[str, Any]


def selections() -> list[Selected]:
    """The same ones each time."""
    rng = Random(SEED)
    return [_selected(rng) for _ in range(MANY)]


def _selected(rng: Random) -> Selected:
    page = rng.choice(list(ASKED))
    kinds = rng.sample(list(FILTERS), rng.randint(1, 3))
    chosen = {kind: rng.choice(FILTERS[kind][0]) for kind in kinds}
    name, first, until = _period(rng)
    values = {**chosen, "first": first, "until": until, "platforms": PLATFORMS.get(str(chosen.get("device")))}
    plays = " and ".join((PLAYS, *(FILTERS[kind][1] for kind in kinds)))
    queries = [BY.format(by, plays) for by in ASKED[page]] or [NEWEST.format(plays)]
    return Selected(f"{page}?{urlencode({'range': name, **chosen})}", queries, values)


def _period(rng: Random) -> tuple[str, str, str]:
    """As an address names it, its first day and the day after its last."""
    year, month = rng.randint(FIRST_YEAR, LAST_YEAR - 1), rng.randint(1, 11)
    return rng.choice(
        [
            ("all", "1900-01-01", "2100-01-01"),
            (f"{year}", f"{year}-01-01", f"{year + 1}-01-01"),
            (f"{year}-{month:02d}", f"{year}-{month:02d}-01", f"{year}-{month + 1:02d}-01"),
            (
                f"{year}-{month:02d}-05..{year + 1}-{month:02d}-08",
                f"{year}-{month:02d}-05",
                f"{year + 1}-{month:02d}-09",
            ),
        ]
    )


def asked_of_the_fact(tx: Connection, me: int, some: Sequence[Selected]) -> list[float]:
    """Milliseconds of each, without totals."""
    tx.execute("set local jit = off")
    return [sum(milliseconds(tx, query, {**one.values, "me": me}) for query in one.queries) for one in some]


def milliseconds(tx: Connection, query: str, values: Mapping[str, Any]) -> float:
    """What a question takes; of one that is given up, what it took until then."""
    started = perf_counter()
    with suppress(psycopg.errors.QueryCanceled), tx.transaction():
        tx.execute("select set_config('statement_timeout', %s, true)", (f"{PATIENCE_SECONDS}s",))
        tx.execute(query, values).fetchall()
    return (perf_counter() - started) * 1000
