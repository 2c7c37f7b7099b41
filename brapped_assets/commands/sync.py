"""`brapped sync`: poll due hours, merge, refresh the dimensions, check; then exit."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from rich.console import Console

from brapped_assets import partitions
from brapped_assets.assets import tag_level
from brapped_assets.assets.backlog_level import DUE
from brapped_assets.assets.error_to_failure import CURE, CURED_BY_LOGIN, CURED_BY_SETTINGS, CURED_BY_TIME, failed_run
from brapped_assets.assets.polling import ASIDE, POSTPONED_BECAUSE, POSTPONED_UNTIL
from brapped_assets.clocks import clock_skew
from brapped_assets.commands.poll_wording import LOSS, describe_kept_aside, describe_postponed
from brapped_assets.commands.unscheduled_poll import poll_without_an_hour
from brapped_assets.console.exit_codes import CONSENT_NEEDED, DONE, FAILED, POSTPONED, USAGE
from brapped_assets.console.screen import escape
from brapped_assets.definitions import defs
from brapped_assets.jobs import daily_upkeep, hourly_plays, refresh_dimensions, refresh_tags
from brapped_assets.notifications.conditions import Failed
from brapped_assets.notifications.heartbeat import beat
from brapped_assets.notifications.notifier import no_database, notify
from brapped_assets.resources.spotify import NOT_CONNECTED
from brapped_assets.schedules import RAW, closed_hours
from brapped_assets.sensors.daily import was_kept_up
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.services.dagster_instance import daemon_is_up, open_instance
from brapped_assets.services.orphans import PROCESS_TAG, fail_leftover_runs, this_process
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse.errors import WarehouseError

# Dagster's log lines are in its UI; here a few sentences are better.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Report:
    """What the run did, in the words of its metadata; `exit_code` as in the table of `exit_codes`.

    `postponed` says that Spotify asked to wait.
    """

    exit_code: int = DONE
    postponed: str | None = None
    problems: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    failed: Failed | None = None


def sync(settings: Settings, console: Console, *, is_before_up: bool = False) -> int:
    """One round of everything that is due; returns the exit code.

    `is_before_up`: the pages wait for it. MusicBrainz, asked for a minute, is left to the daemon's sensor then.

    Raises SettingsError without an account, a WarehouseError when Dagster's database does not answer.
    """
    if not settings.is_connected:
        raise SettingsError(NOT_CONNECTED)
    try:
        return _sync(settings, console, is_before_up=is_before_up)
    except WarehouseError:
        with suppress(SettingsError, OSError):
            no_database(settings, datetime.now(UTC))
        raise


def _sync(settings: Settings, console: Console, *, is_before_up: bool) -> int:
    report = Report()
    with open_instance(settings) as instance:
        fail_leftover_runs(instance, daemon_is_up=daemon_is_up(settings))
        now = datetime.now(UTC)
        candidates = partitions.look_back(now)
        due = partitions.due(candidates, closed_hours(instance, candidates))
        with console.status("Asking Spotify for the newest plays…"):
            if due is None:
                polled = poll_without_an_hour(report.numbers, now)
            else:
                polled = _run(instance, hourly_plays.name, report, due.tags)
        if polled and report.postponed is not None:
            report.exit_code = POSTPONED
            report.problems.append(report.postponed)
        # The poll has just written the newest level there is; reading it back would be eight round trips.
        level = report.numbers if DUE in report.numbers else newest_level(instance)
        if polled and is_due(level, now):
            with console.status("Looking up tracks and artists…"):
                _run(instance, refresh_dimensions.name, report)
        if report.exit_code == DONE and not was_kept_up(instance, now):
            with console.status("The day's upkeep: Spotify's own ranking, all checks…"):
                _run(instance, daily_upkeep.name, report, {"brapped/day": f"{now:%Y-%m-%d}"})
        if polled and not is_before_up and is_due(report.numbers, now, tag_level.DUE, tag_level.NEXT_DUE_AT):
            with console.status("Asking MusicBrainz about genres and countries of artists…"):
                _run(instance, refresh_tags.name, report)
        _notify(settings, console, report, now)
    _tell(console, report)
    if report.exit_code == DONE and settings.brapped_heartbeat_url:
        unheard = beat(settings.brapped_heartbeat_url)
        if unheard:
            console.print(f"[yellow]![/] {unheard}")
    return report.exit_code


def _run(instance: dg.DagsterInstance, job_name: str, report: Report, tags: dict[str, str] | None = None) -> bool:
    """Run a job in this process and take its numbers and troubles into the report; whether it succeeded."""
    result = defs.resolve_job_def(job_name).execute_in_process(
        instance=instance,
        run_config=QUIET,
        tags={**(tags or {}), PROCESS_TAG: this_process()},
        raise_on_error=False,
    )
    for event in result.get_asset_materialization_events():
        for name, value in event.materialization.metadata.items():
            report.numbers[name] = value.value
    for event in result.filter_events(lambda event: event.is_asset_observation):
        told_of = event.asset_observation_data.asset_observation.metadata
        if POSTPONED_UNTIL in told_of:
            until, why, asked = (told_of[name].value for name in (POSTPONED_UNTIL, POSTPONED_BECAUSE, "calls_used"))
            report.postponed = describe_postponed(
                datetime.fromtimestamp(float(str(until)), UTC), str(why), int(str(asked))
            )
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            rows = check.metadata["offending_rows"].value
            report.problems.append(f"Check {check.check_name} ({check.severity.value.lower()}): {rows} rows.")
    for failure in result.get_step_failure_events():
        data = failure.step_failure_data
        told = data.user_failure_data
        cure = told.metadata.get(CURE) if told else None
        codes = {CURED_BY_LOGIN: CONSENT_NEEDED, CURED_BY_SETTINGS: USAGE, CURED_BY_TIME: FAILED}
        report.exit_code = codes.get(str(cure.value) if cure else "", FAILED)
        # Dagster wraps what was raised in an error of its own.
        error = data.error.cause or data.error if data.error else None
        report.problems.append((told and told.description) or (error.message.strip() if error else "It failed."))
        if failure.step_key == RAW.path[-1] and report.exit_code == FAILED:
            report.problems.append(LOSS)
        report.failed = failed_run(job_name, data)
    return bool(result.success)


def _tell(console: Console, report: Report) -> None:
    numbers = report.numbers
    if "items_served" in numbers:
        others = sum(numbers.get(name, 0) for name in ASIDE)
        console.print(
            f"Spotify showed {numbers['items_served'] - others} plays, {numbers['plays_landed']} of them new; "
            f"{numbers.get('plays_added', 0)} added to your history. {numbers['calls_left_today']} calls left today."
        )
        if others:
            console.print(f"Kept aside: {describe_kept_aside(numbers)}.")
    if "clock_skew_seconds" in numbers:
        skew = timedelta(seconds=numbers["clock_skew_seconds"])
        report.problems.append(
            f"{clock_skew.describe_skew(skew)} Plays are collected all the same. {clock_skew.SET_IT}."
        )
    looked_up = [f"{numbers[f'{kind}_asked']} {kind}" for kind in ("tracks", "artists") if numbers.get(f"{kind}_asked")]
    if looked_up:
        console.print(f"{' and '.join(looked_up)} looked up.")
    told = [f"{numbers[f'{kind}_told']} {kind}" for kind in ("artists", "albums") if numbers.get(f"{kind}_told")]
    if told:
        console.print(f"MusicBrainz told of {' and '.join(told)}; {numbers[tag_level.DUE]} are left.")
    failed = [kind for kind in ("tracks", "artists") if numbers.get(f"{kind}_failed")]
    if failed:
        report.problems.append(
            f"Spotify gave no usable answer about some {' and '.join(failed)}; they are asked for again tomorrow."
        )
    for problem in report.problems:
        console.print(f"[yellow]![/] {escape(problem)}", highlight=False)


def _notify(settings: Settings, console: Console, report: Report, now: datetime) -> None:
    """Tell the owner what is due, by BRAPPED_NOTIFY; that nobody could be told is no failure of the sync."""
    try:
        looked = notify(settings, now, report.failed)
    except (SettingsError, WarehouseError, OSError) as error:
        report.problems.append(str(error))
        return
    if looked.told:
        console.print(f"{looked.told} {'notice' if looked.told == 1 else 'notices'} sent.")
    if looked.undelivered:
        report.problems.append(
            "A notice could not be delivered; it is tried again. Try yourself: brapped notify --test"
        )
