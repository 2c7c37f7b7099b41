"""A few days of what years bring, through the real collecting code; `python -m bench years` lives a year of it."""

from itertools import count
from pathlib import Path

import psycopg
import pytest

from bench import years
from bench.test_bed import Scene
from bench.years.pairs import Verdict
from bench.years.plan import DAYS
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer

pytestmark = pytest.mark.slow

GONE = "delete from star.streaming_fact where play_key = (select max(play_key) from star.streaming_fact)"
TWICE = """
insert into star.streaming_fact
    (played_at, played_at_local, api_at, api_track_key, listener_id, track_key, ms_played, is_estimated)
select played_at + interval '1 ms', played_at_local, api_at + interval '1 ms', api_track_key, listener_id, track_key,
       ms_played, true
from star.streaming_fact where api_at is not null limit 1
"""


def test_days_of_outages_an_upgrade_and_restarts_leaves_nothing_but_marked_gaps(
    postgres: EmbeddedServer, tmp_path: Path
) -> None:
    with years.lived(Scene(tmp_path, postgres, count()), DAYS) as life:
        told, held = life.told, years.held(life)
        assert set(told.faults) == {each.kind for each in DAYS.troubles} | {"restarted"}
        assert {"failed", "postponed", "slept through"} < set(told.polls)
        assert told.upgraded_rows > 200
        assert told.is_upgrade_whole
        assert held.verdict == Verdict((), (), (), held.verdict.proven)
        assert (held.unmarked, held.wrong_local, held.wrong_instant) == (0, 0, 0)
        (quarter,) = told.quarters
        assert 0 < quarter.made_anew <= quarter.size
        # Who sleeps so long misses plays, and says so.
        assert held.marked > 0
        assert held.known > 2_000

        # The comparison would notice a play gone, one there twice, and a gap that is not written down.
        with psycopg.connect(life.url, autocommit=True) as connection:
            connection.execute(GONE)
            (gone,) = years.held(life).verdict.lost
            assert gone.polled is not None
            connection.execute(TWICE)
            found = years.held(life)
            assert found.verdict.lost == (gone,)
            (twice,) = found.verdict.doubled
            assert twice.exported is None
            assert found.wrong_instant == 0
            connection.execute("delete from audit.gap")
            assert years.held(life).unmarked == held.marked
