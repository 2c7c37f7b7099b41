"""`brapped report`: Wrapped and the lists of a period as one HTML file."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.insights.cover_cache import Covers
from brapped_assets.insights.periods import NotAPeriod, Period, named
from brapped_assets.insights.selected_viewer import usual, viewer_of
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.rendering import report, report_target
from brapped_assets.rendering.environment import environment
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.language import written_as
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse.db.read_pool import Reading

FOLDER = "reports"


def make_report(
    settings: Settings, console: Console, *, to: str | None, asked: str, listener: str | None = None
) -> int:
    """Build one report and write it; returns the exit code.

    `to` is a file, a folder or a URL of either (a folder ends in a slash, or is there); None: a file of the home.
    Raises SettingsError for a period or a listener that is none, NotWritten where nothing can be written.
    """
    reading = Reading(settings.brapped_home, settings.database_url_text())
    try:
        with reading.transaction() as tx:
            # Without a name the first there is.
            person = choose_listener(tx, listener) if listener is not None else None
            who = viewer(tx, datetime.now(UTC), person.listener_id if person is not None else None)
            if who is None or who.first_day is None:
                raise SettingsError(
                    "Nothing was played yet; bring in an export with `brapped import`, or `brapped login`."
                )
            who = viewer_of(tx, who, usual(who))
            covers = Covers(settings.brapped_home / "covers")
            # The file is the listener's, what the command says is English.
            with written_as(who.preference.display):
                period = period_of(asked, who)
                built = report.build(environment(), tx, who, period, is_demo=settings.is_demo, covers=covers)
    finally:
        reading.close()
    where = report_target.write(built.html, target(to, settings.brapped_home, built.file_name))
    console.print(
        f"{escape(built.period.label)} is in [bold]{escape(where)}[/] ({len(built.html) / 1000:,.0f} kB).",
        soft_wrap=True,
    )
    return exit_codes.DONE


def period_of(asked: str, who: Viewer) -> Period:
    """As a page's address names it. Raises SettingsError."""
    try:
        return named(asked, today=who.today, first_day=who.first_day or who.today)
    except NotAPeriod as error:
        raise SettingsError(str(error)) from None


def target(to: str | None, home: Path, file_name: str) -> str:
    """The file to write. Raises SettingsError for one without a name, as of a shell's variable that is not set."""
    if to is None:
        return str(home / FOLDER / file_name)
    if not to.strip():
        raise SettingsError("-o names no place. Leave it out for the folder of reports in the home of Brapped.")
    is_folder = to.endswith("/") or ("://" not in to and Path(to).expanduser().is_dir())
    return f"{to.rstrip('/')}/{file_name}" if is_folder else to
