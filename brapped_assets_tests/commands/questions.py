"""Thirty questions that somebody asks an assistant of the demo: which tool answers, and the same asked of `bi` in SQL.

Of years that are over: what is heard meanwhile changes no answer.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

COUNTED = "from bi.shown_plays where listener_id = 1 and counts_as_play and extract(year from played_on) = {year}"
OF_2024, OF_2025 = COUNTED.format(year=2024), COUNTED.format(year=2025)


class Question(NamedTuple):
    """`answer` takes of the tool's answer what `statement`, one row or several, gives."""

    words: str
    tool: str
    arguments: dict[str, Any]
    answer: Callable[[Any], Any]
    statement: str


def of_totals(words: str, year: int, name: str, what: str, **filters: list[str]) -> Question:
    statement = f"select {what} {COUNTED.format(year=year)}"
    return Question(
        words, "totals", {"range": str(year), "filters": filters}, lambda found: found["totals"][name], statement
    )


def first(name: str, by: str = "plays") -> Callable[[Any], Any]:
    return lambda found: [found["rows"][0][name], found["rows"][0]["ms" if by == "minutes" else "plays"]]


def by_sql(words: str, statement: str) -> Question:
    """An assistant writes SQL without naming the listener: it sees nobody else."""
    mine = statement.replace("where ", "where listener_id = 1 and ", 1)
    return Question(words, "query", {"sql": statement}, lambda found: found["rows"][0][0], mine)


def by_rule(rule: str) -> Callable[[Any], Any]:
    return lambda found: next(one["plays"] for one in found["totals"]["by_rule"] if one["rule"] == rule)


SHOWN = "from bi.shown_plays where listener_id = 1 and extract(year from played_on) = 2024"
ISLANDS = (
    f"select count(*) as days from (select day, day - row_number() over (order by day)::int as island from "
    f"(select distinct played_on as day {OF_2024}) days) runs group by island order by 1 desc limit 1"
)
NEW = (
    "select count(*) from (select {key} from bi.shown_plays where listener_id = 1 and counts_as_play{known} group by 1 "
    "having extract(year from min(played_on)) = 2025) new"
)
KNOWN = " and artist_key in (select artist_key from bi.artists where is_known)"
TOP = (
    "select {name}, count(*) {of}{known} group by {key}, {name} "
    "order by count(*) desc, sum(ms_played) desc, {key} limit 1"
)

QUESTIONS = (
    of_totals("How many plays in 2024?", 2024, "plays", "count(*)"),
    of_totals("How long was that?", 2024, "ms", "sum(ms_played)::bigint"),
    of_totals("In minutes, in 2025?", 2025, "minutes", "round(sum(ms_played) / 60000.0)::bigint"),
    of_totals("On how many days of 2025?", 2025, "active_days", "count(distinct played_on)"),
    of_totals("How many songs in 2024?", 2024, "songs", "count(distinct track_key)"),
    of_totals("How much of 2024 is estimated?", 2024, "estimated_ms",
              "coalesce(sum(ms_played) filter (where ms_played_basis = 'estimated'), 0)::bigint"),
    of_totals("And on weekends?", 2024, "plays", "count(*) filter (where extract(isodow from played_on) > 5)",
              weekday=["6", "7"]),
    of_totals("At eight in the morning of 2025?", 2025, "plays", "count(*) filter (where played_hour = 8)", hour=["8"]),
    of_totals("In India in 2024?", 2024, "plays", "count(*) filter (where country = 'IN')", country=["IN"]),
    of_totals("Abroad?", 2024, "songs", "count(distinct track_key) filter (where country in ('GB', 'US', 'NL'))",
              country=["GB", "US", "NL"]),
    of_totals("Shuffled in 2025?", 2025, "plays", "count(*) filter (where shuffle)", mode=["shuffled"]),
    Question("Songs played once in 2025?", "totals", {"range": "2025"}, lambda found: found["totals"]["songs_once"],
             f"select count(*) from (select track_key {OF_2025} group by 1 having count(*) = 1) once"),
    Question("How many artists in 2025?", "totals", {"range": "2025"}, lambda found: found["totals"]["artists"],
             f"select count(distinct artist_key) {OF_2025}{KNOWN}"),
    Question("New songs in 2025?", "totals", {"range": "2025"}, lambda found: found["totals"]["new_songs"],
             NEW.format(key="track_key", known="")),
    Question("New artists in 2025?", "totals", {"range": "2025"}, lambda found: found["totals"]["new_artists"],
             NEW.format(key="artist_key", known=KNOWN)),
    Question("The most plays in a day of 2024?", "totals", {"range": "2024"},
             lambda found: found["totals"]["biggest_day"]["plays"],
             f"select count(*) {OF_2024} group by played_on order by 1 desc limit 1"),
    Question("The longest streak of 2024?", "totals", {"range": "2024"},
             lambda found: found["totals"]["longest_streak"]["days"], ISLANDS),
    Question("And if every row counted?", "totals", {"range": "2024"}, by_rule("all"), f"select count(*) {SHOWN}"),
    Question("Or those heard to the end?", "totals", {"range": "2024"}, by_rule("finished"),
             f"select count(*) {SHOWN} and reason_end = 'trackdone'"),
    Question("My song of 2024?", "top", {"kind": "songs", "range": "2024", "limit": 1}, first("track_name"),
             TOP.format(name="track_name", key="track_key", of=OF_2024, known="")),
    Question("My artist of 2025?", "top", {"kind": "artists", "range": "2025", "limit": 1}, first("artist_name"),
             TOP.format(name="artist_name", key="artist_key", of=OF_2025, known=KNOWN)),
    Question("My day of 2025, by minutes?", "top", {"kind": "days", "range": "2025", "by": "minutes", "limit": 1},
             first("day", "minutes"),
             f"select played_on::text, sum(ms_played)::bigint {OF_2025} group by 1 order by 2 desc limit 1"),
    Question("How many artists in that list?", "top", {"kind": "artists", "range": "2024"}, lambda found: found["of"],
             f"select count(distinct artist_key) {OF_2024}{KNOWN}"),
    Question("The last thing heard in 2024?", "plays", {"range": "2024", "limit": 1},
             lambda found: found["rows"][0]["track_name"],
             "select track_name from bi.plays where listener_id = 1 and extract(year from played_on) = 2024 "
             "order by played_at desc, play_key desc limit 1"),
    Question("The first day there is?", "completeness", {}, lambda found: found["completeness"]["first_play_on"],
             "select min(played_on)::text from bi.shown_plays where listener_id = 1 and counts_as_play"),
    Question("Is something missing in 2024?", "completeness", {"range": "2024"},
             lambda found: len(found["completeness"]["gaps"]),
             "select count(*) from bi.coverage_gaps where listener_id = 1 and closed_at is null "
             "and gap_start < '2025-01-01' and gap_end > '2024-01-01'"),
    by_sql("The hour with the most plays?", "select played_hour from bi.shown_plays where counts_as_play and "
           "extract(year from played_on) = 2024 group by 1 order by count(*) desc, 1 limit 1"),
    by_sql("How long is a play?", "select round(avg(ms_played)) from bi.shown_plays where counts_as_play and "
           "extract(year from played_on) = 2025"),
    by_sql("Artists of every month of 2025?", "select count(*) from (select artist_key from bi.shown_plays where "
           "counts_as_play and extract(year from played_on) = 2025 group by 1 "
           "having count(distinct extract(month from played_on)) = 12) loyal"),
    by_sql("Songs of 2024 not heard since?", "select count(*) from (select track_key from bi.shown_plays where "
           "counts_as_play and played_on < '2026-01-01' group by 1 "
           "having extract(year from max(played_on)) = 2024) forgotten"),
)  # fmt: skip
