"""A simulated year of outages, exports, an upgrade and restarts, and what it cost: nothing but marked gaps.

What is lived, and which part of it through Dagster, is told in `life`; what happens when, in `plan`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import time_machine
from psycopg.rows import dict_row

from bench.figures import Figure
from bench.test_bed import Scene, environment
from bench.years.account import ZONE, apart
from bench.years.life import Life
from bench.years.plan import KINDS, YEAR, Plan
from bench.years.quarters import hurried_autovacuum, in_figures
from bench.years.truth import Held

LEDGERS = """
select (select count(*) from audit.api_call) as calls, (select count(*) from audit.poll) as polls,
       (select count(*) from audit.rejected_row) as rejected, (select count(*) from audit.gap) as gaps,
       (select count(*) from raw.recently_played where not is_merged) as not_merged
"""


@contextmanager
def lived(scene: Scene, plan: Plan) -> Iterator[Life]:
    """A life that is over, at its last instant; everything it made is gone afterwards."""
    with ExitStack() as stack:
        account = stack.enter_context(apart(plan))
        clock = stack.enter_context(time_machine.travel(plan.begin, tick=False))
        url = scene.postgres.url(stack.enter_context(scene.database(is_durable=False)))
        settings = {**account.settings(), "DATABASE_URL": url, "BRAPPED_TIMEZONE": ZONE}
        stack.enter_context(environment(settings))
        life = stack.enter_context(Life(scene, plan, account, url, clock))
        life.live()
        yield life


def held(life: Life) -> Held:
    """The warehouse as it is now, against what was played."""
    assert life.told.polled is not None
    return life.account.held(life.url, life.told.polled, life.told.exported)


def measure(scene: Scene, plan: Plan = YEAR) -> list[Figure]:
    with hurried_autovacuum(scene), lived(scene, plan) as life:
        told, truth = life.told, held(life)
        with psycopg.connect(life.url, row_factory=dict_row) as connection:
            (ledgers,) = connection.execute(LEDGERS).fetchall()
    name, verdict = f"{plan.days} days", truth.verdict
    polls = ", ".join(f"{count:,} {what}" for what, count in told.polls.most_common())
    return [
        *(Figure(f"fault: {KINDS[kind]}", count, note=_lasting(plan, kind)) for kind, count in told.faults.items()),
        Figure(f"{name}: ticks of the schedule", told.polls.total(), note=polls),
        Figure(
            f"{name}: plays lost",
            len(verdict.lost),
            budget=0,
            baseline=truth.known,
            baseline_is="plays shown or exported",
            note="\n".join(map(str, verdict.lost[:5])),
        ),
        Figure(f"{name}: plays doubled", len(verdict.doubled), budget=0, note="\n".join(map(str, verdict.doubled[:5]))),
        Figure(
            f"{name}: songs twice within seconds, wrongly paired",
            len(verdict.wrong),
            budget=0,
            note="\n".join(verdict.wrong[:5]),
        ),
        Figure(
            f"{name}: songs twice within seconds, paired as near as can be but not as played",
            len(verdict.proven),
            note="\n".join(
                (
                    "no pairing that the rule allows is nearer (all tried); END by the poll/by the export:",
                    *verdict.proven,
                )
            ),
        ),
        Figure(
            f"{name}: plays missed outside marked gaps",
            truth.unmarked,
            budget=0,
            note=f"{truth.marked} missed inside: {truth.gaps} open gaps, {truth.gap_time.total_seconds() / 3600:.0f} h",
        ),
        Figure(f"{name}: wrong instants", truth.wrong_instant, budget=0, note="the poll's where there is one"),
        Figure(f"{name}: wrong local times", truth.wrong_local, budget=0, note=f"in {ZONE}, both changes of the clock"),
        Figure(
            f"{name}: differences after the upgrade from the first schema",
            0 if told.is_upgrade_whole else 1,
            budget=0,
            note=f"{told.upgraded_rows:,} rows carried",
        ),
        *in_figures(told.quarters),
        *(Figure(f"rows: {what.replace('_', ' ')}", count) for what, count in ledgers.items()),
    ]


def _lasting(plan: Plan, kind: str) -> str:
    hours = sum(each.lasts.total_seconds() for each in plan.troubles if each.kind == kind) / 3600
    return f"{hours:.0f} h in all" if hours >= 1 else ""
