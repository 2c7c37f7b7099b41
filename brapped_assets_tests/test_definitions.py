"""What Dagster sees."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pytest

from brapped_assets.assets.episode_history import NO_MUSIC
from brapped_assets.checks import DAILY_CLAIMS, PAGES, POLL_CHECKS, RANKING_CLAIMS
from brapped_assets.definitions import defs
from brapped_assets.partitions import hours, years


class Expected(NamedTuple):
    group: str
    kinds: set[str]
    table: str | None
    pool: str | None = None
    days_of_freshness: float | None = None
    is_hourly: bool = False
    is_yearly: bool = False


THREE_HOURS = 3 / 24
ASSETS = {
    "recently_played_raw": Expected(
        "listening", {"spotify", "postgres"}, "raw.recently_played", "spotify_api", THREE_HOURS, is_hourly=True
    ),
    "streaming_fact": Expected("listening", {"postgres"}, "star.streaming_fact", None, THREE_HOURS, is_hourly=True),
    "streaming_history": Expected("listening", {"json", "postgres"}, "audit.import_file"),
    "episode_history": Expected("listening", {"json", "postgres"}, "star.spoken_play"),
    "track_dim": Expected("catalogue", {"spotify", "postgres"}, "star.track_dim", "spotify_api", 30),
    "artist_dim": Expected("catalogue", {"spotify", "postgres"}, "star.artist_dim", "spotify_api", 30),
    "artist_tags": Expected("catalogue", {"postgres"}, "star.artist_tags", "musicbrainz", 30),
    "album_groups": Expected("catalogue", {"postgres"}, "star.album_group", "musicbrainz", 30),
    "spotify_top": Expected("catalogue", {"spotify", "postgres"}, "star.spotify_top", "spotify_api", 7),
    "listening_audit": Expected("operation", {"postgres", "dagster"}, None, days_of_freshness=3),
    "wrapped_report": Expected("insights", {"html"}, None, days_of_freshness=3, is_yearly=True),
}


BI = {
    dg.AssetKey(["bi", name])
    for name in (
        *(
            "albums",
            "artist_genres",
            "artists",
            "coverage_gaps",
            "dates",
            "listeners",
            "plays",
            "shown_plays",
            "spoken_plays",
            "track_albums",
        ),
        *("track_artists", "tracks"),
    )
}


def keys(*names: str) -> set[dg.AssetKey]:
    return {dg.AssetKey(name) for name in names}


def test_the_definitions_load_and_hold_together() -> None:
    dg.Definitions.validate_loadable(defs)


def test_these_are_the_assets_and_no_others() -> None:
    graph = defs.resolve_asset_graph()
    assert graph.materializable_asset_keys == keys(*ASSETS)
    assert graph.external_asset_keys == {*keys("spotify_web_api", "spotify_data_export", "musicbrainz_api"), *BI}


@pytest.mark.parametrize("name", ASSETS)
def test_an_asset_says_whose_it_is_what_it_is_and_how_old_it_may_grow(name: str) -> None:
    expected, key = ASSETS[name], dg.AssetKey(name)
    spec = defs.resolve_assets_def(key).specs_by_key[key]
    assert spec.group_name == expected.group
    assert spec.kinds == expected.kinds
    assert spec.owners == ["team:brapped"]
    assert spec.description
    assert spec.metadata.get("dagster/table_name") == expected.table
    assert spec.tags["domain"] == "listening"
    assert spec.tags["pii"] in ("true", "false")
    (link,) = spec.metadata["dagster/code_references"].code_references
    assert Path(link.file_path).name == f"{name}.py"
    assert spec.partitions_def == (hours if expected.is_hourly else years if expected.is_yearly else None)
    fresh = spec.freshness_policy
    if expected.days_of_freshness is None:
        assert fresh is None
    else:
        assert isinstance(fresh, dg.FreshnessPolicy)
        window = fresh.fail_window  # type: ignore[attr-defined]
        assert window.to_timedelta() == timedelta(days=expected.days_of_freshness)
    assert defs.resolve_assets_def(key).op.pool == expected.pool


@pytest.mark.parametrize("name", ["recently_played_raw", "streaming_fact", "wrapped_report"])
def test_any_number_of_hours_or_years_is_one_run(name: str) -> None:
    assert defs.resolve_assets_def(name).backfill_policy == dg.BackfillPolicy.single_run()


def test_the_flow_goes_one_way() -> None:
    graph = defs.resolve_asset_graph()
    parents = {name: graph.get(dg.AssetKey(name)).parent_keys for name in ASSETS}
    assert parents == {
        "recently_played_raw": keys("spotify_web_api"),
        "streaming_fact": keys("recently_played_raw"),
        # No edge: an import must not turn fresh hours stale.
        "streaming_history": keys("spotify_data_export"),
        "episode_history": keys("streaming_history"),
        "track_dim": keys("streaming_fact", "spotify_web_api"),
        "artist_dim": keys("track_dim", "spotify_web_api"),
        "artist_tags": keys("artist_dim", "musicbrainz_api"),
        "album_groups": keys("track_dim", "musicbrainz_api"),
        "spotify_top": keys("spotify_web_api"),
        "listening_audit": keys("streaming_fact", "streaming_history"),
        "wrapped_report": keys("streaming_fact"),
    }


def test_jobs_hold_what_their_descriptions_say_and_polls_go_first() -> None:
    poll, daily = {spec.name for spec in POLL_CHECKS}, {claim.name for claim in [*DAILY_CLAIMS, *RANKING_CLAIMS]}
    assert len(poll) <= 3
    expected = {
        "hourly_plays": (keys("recently_played_raw", "streaming_fact"), poll),
        "import_history": (keys("streaming_history", "episode_history"), {NO_MUSIC.name}),
        "refresh_dimensions": (keys("track_dim", "artist_dim"), set()),
        "refresh_tags": (keys("artist_tags", "album_groups"), set()),
        "daily_upkeep": (keys("spotify_top", "listening_audit"), poll | daily),
        "wrapped_reports": (keys("wrapped_report"), {PAGES.name}),
    }
    priorities = {}
    for name, (assets, checks) in expected.items():
        job = defs.resolve_job_def(name)
        assert set(job.asset_layer.selected_asset_keys) == assets
        assert {key.name for key in job.asset_layer.asset_graph.asset_check_keys} == checks
        assert job.description
        priorities[name] = int(job.tags.get("dagster/priority", 0))
        assert job.executor_def is dg.in_process_executor
    assert priorities.pop("hourly_plays") > max(priorities.values())
    assert defs.resolve_job_def("import_history").tags["dagster/max_runtime"] == "86400"
    assert {job.name for job in defs.get_repository_def().get_all_jobs() if not job.name.startswith("__")} == set(
        expected
    )


def test_schedule_and_sensors_run_without_being_switched_on() -> None:
    repository = defs.get_repository_def()
    crons = {schedule.name: schedule.cron_schedule for schedule in repository.schedule_defs}
    assert crons == {"hourly_plays": "5,25,45 * * * *"}
    assert all(one.default_status == dg.DefaultScheduleStatus.RUNNING for one in repository.schedule_defs)
    assert all(one.execution_timezone == "UTC" for one in repository.schedule_defs)
    sensors = [one for one in repository.sensor_defs if one.name != "default_automation_condition_sensor"]
    assert {one.name: one.minimum_interval_seconds for one in sensors} == {
        "refresh_dimensions": 30,
        "refresh_tags": 30,
        "inbox": 30,
        "heartbeat": 30,
        "notices": 60,
        "daily_upkeep": 60,
        "wrapped_reports": 60,
    }
    assert all(one.default_status == dg.DefaultSensorStatus.RUNNING for one in sensors)


def test_checks_never_block_and_say_what_they_claim() -> None:
    graph = defs.resolve_asset_graph()
    assert len(graph.asset_check_keys) == len(POLL_CHECKS) + len(DAILY_CLAIMS) + len(RANKING_CLAIMS) + 2
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        assert not spec.blocking
        assert spec.description


@pytest.mark.slow
def test_loading_writes_the_first_hour_and_touches_nothing_else(tmp_path: Path) -> None:
    """In a process of its own that refuses sockets and writing to the home, with a URL nobody answers and no home."""
    code = """
import sys
REFUSED = ("socket.connect", "socket.bind", "socket.getaddrinfo")
def refuse(event, args):
    if event in REFUSED or (event == "open" and "home" in str(args[0]) and "first_hour" not in str(args[0])
                            and set(str(args[1])) & set("wax")):
        raise AssertionError(f"{event} {args}")
sys.addaudithook(refuse)
from brapped_assets.definitions import defs
assert len(defs.get_repository_def().schedule_defs) == 1
"""
    # Nor does a setting that nobody knows keep it from loading: whatever uses the settings says so.
    environment = {"BRAPPED_HOME": str(tmp_path / "home"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    environment |= {"BRAPPED_NOBODY_KNOWS": "this"}
    ran = subprocess.run(
        [sys.executable, "-c", code], check=False, env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-1000:]
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["first_hour"]


def test_whatever_materializes_an_asset_runs_all_of_its_checks() -> None:
    """Dagster shows a check's result for the newest materialization only; else it is "not evaluated"."""
    checks = defs.resolve_asset_graph().asset_check_keys
    for name in ("hourly_plays", "import_history", "refresh_dimensions", "daily_upkeep", "wrapped_reports"):
        layer = defs.resolve_job_def(name).asset_layer
        of_its_assets = {key for key in checks if key.asset_key in layer.selected_asset_keys}
        assert of_its_assets <= set(layer.asset_graph.asset_check_keys)
