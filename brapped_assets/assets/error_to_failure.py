"""A run that fails says in one sentence why and what to do; the UI shows that sentence first, and notices repeat it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import dagster as dg

from brapped_assets.notifications.conditions import Failed
from brapped_assets.partitions import NoSuchPartitions, refuse_what_is_not_there
from brapped_assets.settings import SettingsError
from brapped_assets.spotify import ConsentNeeded, Intercepted, Postponed, SpotifyError, Transient
from brapped_assets.text.plain import plain_lines
from brapped_assets.warehouse.errors import Busy, Gone, Interrupted, TokenUnreadable, TooSlow, WarehouseError

Who = TypeVar("Who")

# Metadata key of a failure; `brapped sync` turns it into its exit code.
CURE = "cure"
CURED_BY_TIME, CURED_BY_LOGIN, CURED_BY_SETTINGS, CURED_BY_A_PERSON = "time", "login", "settings", "a person"
UNKNOWN = "Why is in its log, in Dagster's UI."


def remedy_of(error: Exception) -> str:
    """Who or what mends this: `time`, `login`, `settings`, or `a person`."""
    if isinstance(error, Transient | Postponed | Busy | TooSlow | Interrupted | Intercepted):
        return CURED_BY_TIME
    if isinstance(error, TokenUnreadable):
        return CURED_BY_SETTINGS
    return CURED_BY_LOGIN if isinstance(error, ConsentNeeded) else CURED_BY_A_PERSON


def failure(error: Exception) -> dg.Failure:
    """`error` as a Dagster failure. The next poll is the retry: a step that fails is not run again by itself."""
    return dg.Failure(plain_lines(str(error)), metadata={CURE: remedy_of(error)}, allow_retries=False)


def failed_run(job_name: str, data: object) -> Failed:
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


def asked_partitions(context: dg.AssetExecutionContext) -> Sequence[str]:
    """Keys of the partitions that this run is for.

    Raises a Failure when it was launched without any, or with some that there are not.
    """
    definition = context.assets_def.partitions_def
    assert definition is not None
    try:
        refuse_what_is_not_there(context.run.tags, definition)
    except NoSuchPartitions as error:
        raise failure(error) from None
    return list(context.partition_keys)


@contextmanager
def as_dagster_failures() -> Iterator[None]:
    """Turn what we know can go wrong into a failure with a remedy; anything else is a bug and stays a traceback."""
    try:
        yield
    except (SpotifyError, WarehouseError, SettingsError) as error:
        raise failure(error) from error


def is_global(error: Exception) -> bool:
    """Whether the trouble is no single listener's: a database that is gone, or full, is so for all; so is the quota."""
    is_one_persons = isinstance(error, Busy | TooSlow | Gone | TokenUnreadable)
    return isinstance(error, Postponed) or (isinstance(error, WarehouseError) and not is_one_persons)


def for_each(everybody: Iterable[Who], work: Callable[[Who], None]) -> None:
    """Do it for everybody, whoever is not `Gone`; what stops one of them is raised once all others have had theirs."""
    trouble: Exception | None = None
    for one in everybody:
        try:
            work(one)
        except Gone:
            continue
        except Exception as error:
            if is_global(error):
                raise
            trouble = trouble or error
    if trouble is not None:
        raise trouble
