"""Fetch, merge, report: the files of Spotify's own data export."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from brapped_assets.assets import source_comparison, table_metadata
from brapped_assets.assets.backlog_level import backlog_level
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import CURE, CURED_BY_A_PERSON, UNKNOWN, as_dagster_failures
from brapped_assets.assets.external_assets import spotify_data_export
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_, gettext, translated
from brapped_assets.transfer import refused_inbox
from brapped_assets.transfer.inbox import inbox, state
from brapped_assets.warehouse import run_stats

if TYPE_CHECKING:
    from brapped_assets.transfer.import_summary import Summary
    from brapped_assets.transfer.ownership_doubts import Sign
    from brapped_assets.warehouse.db.connections import Connection
    from brapped_assets.warehouse.listeners import Listener

TABLE = "audit.import_file"
# Metadata key: the local year of the first play there is.
FIRST_YEAR = "first_year"
WHOSE = N_("Whose export is it? Give the listener in the configuration; `brapped status` names them.")
SOMEBODY_ELSES = N_(
    "This may be somebody else's listening (%(signs)s), and nothing was imported. `brapped import` with the same paths "
    "tells why; if it is this listener's, set even_if_someone_elses in the configuration."
)

SIGNS: dict["Sign", str] = {
    "two accounts": N_("two accounts"),
    "another account": N_("another account"),
    "another listener's file": N_("another listener's file"),
    "another life": N_("another life"),
    "two lives": N_("two lives"),
}


class NotImported(dg.Failure):
    """Nothing was imported, and somebody has to do something; `words` say what, in the language of now."""

    def __init__(self, words: Callable[[], str]) -> None:
        super().__init__(words(), metadata={CURE: CURED_BY_A_PERSON}, allow_retries=False)
        self.words = words


class Exports(dg.Config):
    """What to import, and for whom."""

    paths: list[str] = Field(
        default=[],
        description="Zips, folders or JSON files of an export, on the machine that runs this, or URLs that "
        "universal-pathlib understands (s3://…, https://…). Without any: the inbox, BRAPPED_HOME/exports.",
    )
    listener: str | None = Field(
        default=None, description="Name or Spotify id of whose export it is; needed when there are several listeners."
    )
    even_if_someone_elses: bool = Field(
        default=False, description="Import also what seems to be another person's: the run fails otherwise."
    )


# No edge into the hourly job: it would turn fresh hours stale at each import.
@dg.asset(
    deps=[spotify_data_export],
    group_name="listening",
    kinds={"json", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("streaming_history"),
)
def streaming_history(
    context: dg.AssetExecutionContext, config: Exports, spotify: SpotifyResource, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None]]:
    """One row per file of Spotify's data export, known by its content; its plays are merged into the fact.

    Without paths in the configuration it reads the inbox, the folder `exports` of the home; an empty one is a result of
    0. The same file again changes nothing, and one that was stopped half-way goes on. Launch it with the job
    `import_history`, which may take longer than a poll. Its metadata hold polls and exports of the listener against
    each other.
    """
    if config.paths:
        yield dg.MaterializeResult(metadata=_import(context, config, config.paths, spotify, neon))
        return
    with as_dagster_failures():
        home = spotify.settings.brapped_home
    folder = inbox(home)
    digest = state(folder)
    if digest is None:
        context.log.info("The inbox is empty. Put a data export of Spotify's into %s.", folder)
        refused_inbox.forget(home)
        yield dg.MaterializeResult(metadata=_import(context, config, [], spotify, neon))
        return
    try:
        told = _import(context, config, [str(folder)], spotify, neon)
    except dg.Failure as failure:
        # Nobody launched it who would look what came of it.
        if failure.metadata[CURE].value == CURED_BY_A_PERSON:
            words = failure.words if isinstance(failure, NotImported) else partial(str, failure.description or UNKNOWN)
            refused_inbox.note(home, digest, words, datetime.now(UTC))
        raise
    refused_inbox.forget(home)
    yield dg.MaterializeResult(metadata=told)


def _somebody_elses(signs: Sequence["Sign"]) -> str:
    return gettext(SOMEBODY_ELSES, signs=", ".join(translated(SIGNS[sign]) for sign in signs))


def _import(
    context: dg.AssetExecutionContext,
    config: Exports,
    paths: Sequence[str],
    spotify: SpotifyResource,
    neon: NeonResource,
) -> dict[str, dg.MetadataValue | float]:
    """Import what lies at these paths; what the materialization tells of it. Raises a Failure that says its cure."""
    # What reads exports: a tenth of a second that no poll's process, which loads the same definitions, should pay.
    from brapped_assets.history.discovery import find_histories  # noqa: PLC0415
    from brapped_assets.history.errors import HistoryError  # noqa: PLC0415
    from brapped_assets.transfer.download import local_copy  # noqa: PLC0415
    from brapped_assets.transfer.import_summary import Summary  # noqa: PLC0415
    from brapped_assets.transfer.importer import import_history  # noqa: PLC0415
    from brapped_assets.transfer.listener_choice import WhichListener, foreseen_listener, resolve_listener  # noqa: PLC0415
    from brapped_assets.transfer.ownership import doubts  # noqa: PLC0415

    started = perf_counter()
    summary = Summary()
    with as_dagster_failures(), ExitStack() as stack:
        if not paths:
            return metadata(neon, spotify, None, summary, perf_counter() - started)
        try:
            found = [stack.enter_context(find_histories(stack.enter_context(local_copy(path)))) for path in paths]
        except HistoryError as error:
            raise NotImported(partial(str, error)) from error

        def person_of(tx: "Connection") -> "Listener":
            return resolve_listener(tx, spotify.settings, config.listener, datetime.now(UTC), found)

        try:
            listener = foreseen_listener(neon, person_of)
        except WhichListener as error:
            # Dagster's history holds no names: `brapped forget` could not remove them.
            raise NotImported(partial(gettext, WHOSE)) from error
        with neon.bulky() as warehouse:
            found_doubts, _ = doubts(warehouse, listener.listener_id, found)
            if found_doubts and not config.even_if_someone_elses:
                raise NotImported(partial(_somebody_elses, [doubt.sign for doubt in found_doubts]))
            with warehouse.transaction() as tx:
                listener = person_of(tx)
            import_history(warehouse, listener.listener_id, found, summary)
        told = metadata(neon, spotify, listener.listener_id, summary, perf_counter() - started)
    context.log.info(
        "Files: %d, known before: %d. Rows: %d. Plays added: %d, matched with polled ones: %d, known before: %d.",
        *(summary.files, summary.files_known, summary.rows),
        *(summary.plays.added, summary.plays.matched, summary.plays.known),
    )
    for name, reason in summary.failed:
        context.log.warning("%s: %s", plain(name), plain(reason))
    if summary.failed:
        raise dg.Failure(
            f"{len(summary.failed)} of the files could not be read, and nothing of them was imported. "
            f"{plain(summary.failed[0].name)}: {plain(summary.failed[0].reason)}",
            metadata={**told, CURE: CURED_BY_A_PERSON},
            allow_retries=False,
        )
    return told


def metadata(
    neon: NeonResource, spotify: SpotifyResource, listener_id: int | None, summary: "Summary", seconds: float
) -> dict[str, dg.MetadataValue | float]:
    """What a materialization tells of an import that took so long, whoever made it; None: it was nobody's."""
    with neon.transaction() as tx:
        table = table_metadata.contents(tx, TABLE)
        compared = source_comparison.metadata(tx, listener_id) if listener_id is not None else {}
        # Tracks nothing has served are looked up.
        level = backlog_level(tx, spotify, datetime.now(UTC))
        first_year = run_stats.first_year(tx)
    # From it on, the reports are written.
    begins = {FIRST_YEAR: first_year} if first_year is not None else {}
    return {**table, **level, **begins, **summary.as_numbers(), "seconds": round(seconds, 3), **compared}
