"""What nobody can have heard is in no number of a page, and told where counts are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from brapped_assets.insights import overview
from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import viewer
from brapped_assets.insights.wrapped import numbers
from brapped_assets.rendering import report
from brapped_assets.rendering.environment import environment
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

NOW = datetime(2025, 6, 20, 12, tzinfo=UTC)
BURST = datetime(2025, 6, 1, 20, tzinfo=UTC)
SONG_MS = 149_073
WORDS = "Impossible repeats, not counted: 11."


def test_a_burst_is_one_play_on_every_page_and_the_pages_say_how_many_are_left_out(
    warehouse: Warehouse, database_url: str, tmp_path: Path
) -> None:
    burst = [Told(BURST + timedelta(seconds=6 * n), SONG_MS) for n in range(12)]
    others = [Told(BURST + timedelta(days=n), 200_000 + n, f"b{n}", f"Song {n}") for n in range(1, 9)]
    with warehouse.transaction() as tx:
        tell(tx, newcomer(tx), [("extended", [*burst, *others])])
    with warehouse.transaction() as tx:
        who = viewer(tx, NOW)
        assert who is not None
        assert who.first_day is not None
        period = named("2025", today=who.today, first_day=who.first_day)
        total = overview.totals(overview.days(who, period))
        assert (total.plays, total.ms) == (9, SONG_MS + sum(play.ms_played for play in others))
        n = numbers(tx, who, period)
        assert (n.impossible_repeats, n.repeat.song.plays if n.repeat else 0) == (11, 1)
        assert WORDS.encode() in report.build(environment(), tx, who, period).html
        nothing = named("2025-05", today=who.today, first_day=who.first_day)
        assert overview.impossible_repeats(who, nothing) == 0
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1") as client:
        assert WORDS in client.get("/?range=2025").text
        assert WORDS in client.get("/wrapped?range=2025").text
        assert WORDS not in client.get("/?range=2025-05").text
        history = client.get("/history?on=2025-06-02").text
        assert history.count("impossible repeat, not counted") == 11
    site.close()
