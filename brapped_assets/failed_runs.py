"""A failed run, in words fit for a message: what Dagster's event log has of it, and no more."""

import dagster as dg

from brapped_assets.assets.failures import CURE, CURED_BY_LOGIN, CURED_BY_TIME
from brapped_assets.jobs import daily_upkeep, hourly_plays, refresh_dimensions, wrapped_reports
from brapped_assets.notifications.conditions import Failed

# Imports are started by somebody who sees what comes of them.
WATCHED = [job.name for job in (hourly_plays, refresh_dimensions, daily_upkeep, wrapped_reports)]
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
UNKNOWN = "Why is in its log, in Dagster's UI."


def failed(job_name: str, data: object) -> Failed:
    """What a step's failure data tell: only sentences of our own, for an error's text may hold anything."""
    told = getattr(data, "user_failure_data", None)
    if told is None or CURE not in told.metadata:
        return Failed(job_name, UNKNOWN)
    cure = str(told.metadata[CURE].value)
    return Failed(
        job_name,
        told.description or UNKNOWN,
        cures_itself=cure == CURED_BY_TIME,
        is_cured_by_login=cure == CURED_BY_LOGIN,
    )


def newest_failure(instance: dg.DagsterInstance) -> Failed | None:
    """The failure of the first job whose newest run failed; None while every newest run succeeded."""
    for job_name in WATCHED:
        newest = instance.get_run_records(dg.RunsFilter(job_name=job_name, statuses=ENDED), limit=1)
        if newest and newest[0].dagster_run.status == dg.DagsterRunStatus.FAILURE:
            run_id = newest[0].dagster_run.run_id
            steps = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
            if not steps:
                # Killed, or over its time: the next one does its work.
                return Failed(job_name, "It was stopped before its end.", cures_itself=True)
            event = steps[-1].dagster_event
            return failed(job_name, event.step_failure_data if event else None)
    return None
