"""What an assistant can ask: each tool is one question, answered as the pages answer it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from msgspec import to_builtins

from brapped_assets.insights.api_answers import completeness, lists, plays, totals
from brapped_assets.insights.api_answers.parameters import Pairs, Parameter, of_period, of_selection
from brapped_assets.insights.api_answers.question import Question, read_question
from brapped_assets.insights.columns.life_cache import LifeCache
from brapped_assets.insights.list_order import Kind
from brapped_assets.insights.rule_comparison import WORDS
from brapped_assets.insights.viewer import viewer
from brapped_assets.mcp_server import shown_sql
from brapped_assets.mcp_server.allowed_sql import RefusedStatement
from brapped_assets.mcp_server.listener_tables import listener_tables
from brapped_assets.mcp_server.permission import Filters, Found, Opened, open_to_assistant
from brapped_assets.mcp_server.query import MOST_ROWS, run_query
from brapped_assets.warehouse.db.read_pool import Reading

HINTS = (
    (
        "Statistics are of bi.shown_plays where counts_as_play: hidden plays, private sessions and impossible repeats "
        "are left out there. bi.plays has every row."
    ),
    (
        "played_at is the END of a play in UTC; played_on and played_hour are local. ms_played is milliseconds; where "
        "ms_played_basis is 'estimated' say 'about'."
    ),
    "Rank artists without those whom bi.artists calls not is_known: they are names of nobody.",
)


@dataclass
class Tools:
    """The questions of one listener; None: the first one. What they allowed is asked of the database each time."""

    reading: Reading
    clock: Callable[[], datetime]
    listener_id: int | None = None
    lives: LifeCache = field(default_factory=LifeCache)
    # How long one query may take.
    seconds: float = 5

    def describe(self) -> Found:
        with self._asking("all", {}) as (opened, asked):
            tables = listener_tables(opened.tx, opened.who.listener_id, opened.reads)
            words = {
                f"bi.{name}": {
                    "about": table.words,
                    "columns": {one.name: f"{one.type}: {one.words}" for one in table.columns},
                }
                for name, table in tables.items()
            }
            filters = {one.name: one.description for one in of_selection()}
            return opened.told(asked, tables=words, rules=WORDS, filters=filters, hints=HINTS)

    def query(self, sql: str, limit: int) -> Found:
        if not 1 <= limit <= MOST_ROWS:
            raise RefusedStatement(f"limit is from 1 to {MOST_ROWS}.")
        with self._asking("all", {}) as (opened, asked):
            tables = listener_tables(opened.tx, opened.who.listener_id, opened.reads)
            answer = run_query(opened.tx, sql, tables, limit, self.seconds)
            more = [f"There are more rows than these {limit}."] if answer.is_cut else []
            # What it says of itself is of all that is known.
            told = opened.told(asked, columns=answer.columns, rows=answer.rows, say=more)
        return {**told, "sql": answer.sql}

    def totals(self, period: str, filters: Filters) -> Found:
        with self._asking(period, filters) as (opened, asked):
            found = totals.totals(opened.tx, asked)
            sql = shown_sql.statements(asked, (shown_sql.OVERVIEW[name] for name in shown_sql.TOTALS))
            return opened.told(asked, sql=sql, totals=found.model_dump(mode="json"))

    def top(self, kind: Kind, period: str, by: Literal["plays", "minutes"], limit: int, filters: Filters) -> Found:
        more = [("sort", by), ("limit", str(limit))]
        with self._asking(period, filters, more, lists.parameters(kind)) as (opened, asked):
            rows, many = lists.list_rows(opened.tx, asked, kind)
            sql = shown_sql.statements(asked, [shown_sql.LISTS[kind]])
            return opened.told(asked, sql=sql, rows=to_builtins(rows), of=many)

    def plays(self, period: str, text: str, limit: int, before: str, filters: Filters) -> Found:
        more = [("limit", str(limit)), *([("q", text)] if text else []), *([("before", before)] if before else [])]
        with self._asking(period, filters, more, plays.PARAMETERS) as (opened, asked):
            rows, older = plays.plays(opened.tx, asked)
            return opened.told(asked, rows=[row.model_dump(mode="json") for row in rows], older_before=older)

    def completeness(self, period: str) -> Found:
        with self._asking(period, {}) as (opened, asked):
            found = completeness.completeness(opened.tx, asked)
            return opened.told(asked, completeness=found.model_dump(mode="json"))

    @contextmanager
    def _asking(
        self, period: str, filters: Filters, more: Pairs = (), parameters: Sequence[Parameter] = ()
    ) -> Iterator[tuple[Opened, Question]]:
        known = [of_period("year"), *of_selection(), *parameters]
        with self.reading.transaction() as tx:
            opened = open_to_assistant(tx, viewer(tx, self.clock(), self.listener_id, lives=self.lives))
            asked = [("range", period), *opened.pairs(filters), *more]
            yield opened, read_question(tx, opened.who, asked, known)
