"""What a simulated year leaves behind at its quarter ends: memory, dead space in the warehouse, Dagster's history."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg
from psycopg import sql

from bench.figures import Figure, Unit
from bench.test_bed import Scene

# Of what does not grow; and of the warehouse: autovacuum lets a fifth of a table be dead, its default, and pages of an
# index that was written row by row are never as full as when it is made anew.
FLAT, DEAD_SPACE = 1.1, 1.5
DEAD = "select coalesce(sum(n_dead_tup), 0)::bigint, coalesce(sum(n_live_tup), 0)::bigint from pg_stat_user_tables"
TABLES = "select schemaname, relname from pg_stat_user_tables order by 1, 2"
SIZE = "select pg_database_size(current_database())"
# A simulated day passes in less than a second, the shortest nap there is: about one look a day, where the default
# of a minute makes 1,440. Pauses by the wall's clock would be as many times too long.
HURRIED = {"autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "0"}


@dataclass(frozen=True)
class Quarter:
    """A quarter's end.

    `memory` is the polling process's resident set, in bytes: the simulated account and Dagster's runs are others. The
    warehouse has `size` bytes as it is and `made_anew` after VACUUM FULL (of a copy), and `dead` rows beside `live`
    ones by PostgreSQL's own count. `history` has Dagster's rows by table, `history_size` their database's bytes.
    """

    memory: int
    size: int
    made_anew: int
    dead: int
    live: int
    history: dict[str, int]
    history_size: int


@contextmanager
def hurried_autovacuum(scene: Scene) -> Iterator[None]:
    """Autovacuum as often as a fast clock allows; what it clears, and when that is worth it, stays its own decision."""
    with psycopg.connect(scene.postgres.url("postgres"), autocommit=True) as admin:
        for name, value in HURRIED.items():
            admin.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), value))
        admin.execute("select pg_reload_conf()")
        yield
        for name in HURRIED:
            admin.execute(sql.SQL("alter system reset {}").format(sql.Identifier(name)))
        admin.execute("select pg_reload_conf()")


def quarter(scene: Scene, warehouse: str, history: str | None) -> Quarter:
    """Now, of the databases of these names; nobody may be connected to the warehouse."""
    gc.collect()
    memory = psutil.Process().memory_info().rss
    with psycopg.connect(scene.postgres.url(warehouse), autocommit=True) as connection:
        dead, live = connection.execute(DEAD).fetchone() or (0, 0)
        (size,) = connection.execute(SIZE).fetchone() or (0,)
    with (
        scene.database(template=warehouse, is_durable=False) as copy,
        psycopg.connect(scene.postgres.url(copy), autocommit=True) as connection,
    ):
        connection.execute("vacuum full")
        (made_anew,) = connection.execute(SIZE).fetchone() or (0,)
    rows: dict[str, int] = {}
    history_size = 0
    if history is not None:
        with psycopg.connect(scene.postgres.url(history), autocommit=True) as connection:
            for schema, table in connection.execute(TABLES).fetchall():
                count = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
                (rows[table],) = connection.execute(count).fetchone() or (0,)
            (history_size,) = connection.execute(SIZE).fetchone() or (0,)
    return Quarter(memory, size, made_anew, dead, live, rows, history_size)


def in_figures(quarters: Sequence[Quarter]) -> list[Figure]:
    """The last quarter held against the first, with all of them in the note."""
    first, last = quarters[0], quarters[-1]
    shares = [each.size / each.made_anew for each in quarters]
    rows = [sum(each.history.values()) for each in quarters]
    runs = [each.history.get("runs", 0) for each in quarters]
    memory = [each.memory / 1e6 for each in quarters]
    figures = [
        _against_the_first("memory of the polls", memory, "MB", FLAT, "of the polls alone"),
        Figure(
            "warehouse at the last quarter's end",
            last.size / 1e6,
            "MB",
            baseline=last.made_anew / 1e6,
            baseline_is="after VACUUM FULL",
            ratio_budget=DEAD_SPACE,
            note=f"after each: {', '.join(f'{share:.2f}' for share in shares)} x; "
            f"{_beside(each.size / 1e6 for each in quarters)} MB; dead rows {_beside(each.dead for each in quarters)} "
            f"beside {_beside(each.live for each in quarters)}",
        ),
    ]
    if first.history:
        a_run = [of / each for of, each in zip(rows, runs, strict=True)]
        sizes = [each.history_size / 1e6 for each in quarters]
        figures += [
            _against_the_first("rows of Dagster's history for each run", a_run, "", FLAT, f"{_beside(runs)} runs"),
            _against_the_first("Dagster's history", sizes, "MB", None, "with its last day's runs alone"),
        ]
    return figures


def _against_the_first(what: str, of: Sequence[float], unit: Unit, most: float | None, note: str) -> Figure:
    return Figure(
        f"{what}, at the last quarter's end",
        of[-1],
        unit,
        baseline=of[0],
        baseline_is="at the first's",
        ratio_budget=most,
        note=f"after each: {_beside(of)}; {note}",
    )


def _beside(numbers: Iterable[float]) -> str:
    return " / ".join(f"{number:,.0f}" for number in numbers)
