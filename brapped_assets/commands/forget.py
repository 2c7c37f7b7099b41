"""`brapped forget`: remove a listener, or what they played before a day, without trace."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.prompt import Prompt
from typer import BadParameter

from brapped_assets.clocks.plausible_instants import FIRST_INSTANT
from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.home_folder import TOKENS_FOLDER, env_file
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.plain import plain
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse import zones
from brapped_assets.warehouse.forgetting import Preview, forget, preview, tidy
from brapped_assets.warehouse.listeners import UNNAMED, Listener, by_token, listeners


def read_day(text: str) -> date:
    """What `--before` says. Raises BadParameter."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadParameter(f"{plain(text)!r} is no day. It looks like 2024-03-01.") from None
    if day < FIRST_INSTANT.date():
        raise BadParameter(f"{day} lies before Spotify existed: nothing is kept from before it.")
    return day


def forget_listener(
    settings: Settings, console: Console, *, listener: str | None, before: date | None, confirmed: bool
) -> int:
    """Show what would go, ask, and remove it. Raises SettingsError when it is not clear whose, or who to ask."""
    now = datetime.now(UTC)
    with settings.warehouse() as warehouse:
        with warehouse.transaction() as tx:
            person = choose_listener(tx, listener)
            if person is None:
                raise SettingsError("There is nobody to forget.")
            token = settings.spotify_refresh_token
            is_logged_in = token is not None and by_token(tx, token.get_secret_value()) == person
            spans = zones.spans_of_listener(tx, person.listener_id)
            instant = _midnight(before, spans, now)
            found = preview(tx, person.listener_id, instant)
        zone = zones.zone_at(spans, instant) if instant else person.time_zone
        _show(console, person, f"before {before}, {zone}" if before else "wholly", found)
        # One without a name or a login leaves nothing by which they could be known again.
        stays_away = before is not None or person.spotify_user_id != UNNAMED
        console.print(
            "No poll of theirs and no import for them brings that back. To keep a copy: brapped export."
            if stays_away
            else "Only an import of the same files would bring that back. To keep a copy: brapped export."
        )
        if not confirmed and not _agreed(console, person):
            console.print("Nothing was removed.")
            return exit_codes.FAILED
        with console.status("Forgetting…"):
            plays = forget(warehouse, person.listener_id, before=instant, now=now)
            tidy(warehouse)
            files = _removed(settings.brapped_home)
            with warehouse.transaction() as tx:
                if not listeners(tx):
                    # Which of several is whose cannot be told; only whoever holds the token before can read one.
                    shutil.rmtree(settings.brapped_home / TOKENS_FOLDER, ignore_errors=True)
    console.print(f"Forgotten: {plays:,} plays and whatever nobody else refers to. Backups are yours to remove.")
    if files:
        console.print(
            f"So are the reports and covers kept in {escape(str(settings.brapped_home))} ({files:,} files), whoever "
            "they tell of; they are made anew. Reports elsewhere are yours to remove.",
            soft_wrap=True,
        )
    if before is None and is_logged_in:
        console.print(
            f"The next poll would begin anew: take the line SPOTIFY_REFRESH_TOKEN out of {escape(str(env_file()))} or "
            "the environment, and remove the app's access at https://www.spotify.com/account/apps/.",
            soft_wrap=True,
        )
    return exit_codes.DONE


def _removed(home: Path) -> int:
    """Remove the files that tell what was played, as far as they are ours; returns how many they were."""
    covers = home / "covers"
    reports = [*home.glob("reports/brapped-*.html"), *home.glob("reports/.brapped-*.new")]
    count = len(reports) + sum(1 for _ in covers.glob("*"))
    for report in reports:
        report.unlink(missing_ok=True)
    shutil.rmtree(covers, ignore_errors=True)
    return count


def _midnight(day: date | None, spans: zones.Spans, now: datetime) -> datetime | None:
    """The instant (UTC) at which the listener's local day begins."""
    if day is None:
        return None
    if day > zones.local_time(spans, now).date():
        raise SettingsError(f"{day} lies ahead. To remove a listener wholly, leave --before out.")
    return zones.beginning_of(spans, day)


def _show(console: Console, person: Listener, what: str, found: Preview) -> None:
    span = f", {found.first_at:%Y-%m-%d} to {found.last_at:%Y-%m-%d}" if found.first_at and found.last_at else ""
    console.print(f"[bold]{escape(person.display_name)}[/] ({escape(person.spotify_user_id)}), {what}:")
    console.print(f"  {found.plays:,} plays{span}")
    for count, name in (
        (found.spoken, "podcast episodes, audiobook chapters and videos"),
        (found.polls, "polls"),
        (found.files, "imported files"),
        (found.rankings, "days of Spotify's ranking"),
        (found.odd_rows, "rows nobody understood"),
    ):
        if count:
            console.print(f"  {count:,} {name}")


def _agreed(console: Console, person: Listener) -> bool:
    if not console.is_terminal:
        raise SettingsError("Nothing was removed. Run this in a terminal, which asks you, or add --yes.")
    typed = Prompt.ask(f"Type the name ({escape(person.display_name)}) to go on", console=console)
    # Nobody can type what is not shown.
    return typed.strip() in {person.display_name, plain(person.display_name).strip()}
