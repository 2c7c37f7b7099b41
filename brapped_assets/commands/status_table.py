"""`brapped status` as a table for people."""

from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from brapped_assets.commands.poll_wording import describe_kept_aside
from brapped_assets.console.screen import escape
from brapped_assets.text.formatting import percent
from brapped_assets.warehouse.storage import FREE_CU_HOURS


def show(console: Console, state: dict[str, Any]) -> None:
    """Print what `status` found (the state that `--json` prints), and each problem with what mends it."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for one in state["listeners"]:
        consent = f"{one['consent_days_left']} days left" if one["consent_days_left"] is not None else "date unknown"
        table.add_row(f"[bold]{escape(one['name'])}[/]", one["time_zone"])
        repeats = f", {one['impossible_repeats']} of them impossible repeats" if one["impossible_repeats"] else ""
        table.add_row("  plays", f"{one['plays']}{repeats}")
        table.add_row("  collected since", _minute(one["collected_since"]))
        table.add_row("  last poll", f"{_minute(one['last_polled_at'])}, {one['polls']} in all")
        table.add_row("  gaps", _gaps(one))
        if aside := describe_kept_aside(one):
            table.add_row("  kept aside", aside)
        if one["spoken_plays"]:
            table.add_row("  beside music", f"{one['spoken_plays']} episodes, chapters and videos")
        if files := one["files_to_read_again"]:
            were = "1 file was" if files == 1 else f"{files} files were"
            table.add_row(
                "  to read again",
                f"{were} read before podcasts, audiobooks and videos were kept: brapped import PATH (no play doubles)",
            )
        if one["last_closed_at"]:
            last = f"{_minute(one['last_closed_at'])} by {escape(one['last_closed_by'])}"
            table.add_row("  closed by exports", f"{one['hours_closed']} hours, last on {last}")
        table.add_row("  consent", consent)
    table.add_row("calls left today", f"{state['calls_left_today']} ({state['calls_last_24_hours']} in 24 hours)")
    table.add_row("to look up", _look_ups(state))
    table.add_row("stored", f"{state['stored_megabytes']} MB, {escape(state['database'])}")
    for name, text in _plan(state["plan"]):
        table.add_row(name, text)
    table.add_row("notices", _who_is_told(state))
    table.add_row("settings", f"{escape(state['settings_file'])} (Brapped {state['version']})")
    console.print(table)
    for problem in state["problems"]:
        console.print(f"[red]✗[/] {escape(problem['problem'])}  →  [bold]{problem['remedy']}[/]")
    if state["healthy"]:
        console.print(f"[green]✓[/] {_verdict(state['listeners'])}")


def _plan(hosted: dict[str, Any] | None) -> list[tuple[str, str]]:
    if hosted is None:
        return []
    dagster = hosted["dagster_megabytes"]
    beside = "Dagster's is elsewhere" if dagster is None else f"Dagster's {dagster} MB"
    limit, databases = hosted["limit_megabytes"], hosted["all_databases_megabytes"]
    share = f"{percent(hosted['share_used'], 1)} of {limit} MB: " if limit else ""
    told = [("plan", f"{share}all databases {databases} MB, {beside}")]
    if "bursts_a_day" in hosted:
        hours, bursts = hosted["awake_hours_a_month"], hosted["bursts_a_day"]
        of_free = f"{hosted['cu_hours_a_month']:.0f} of {FREE_CU_HOURS} free CU-hours"
        pages = "pages and BI tools come on top"
        told.append(("awake", f"about {hours:.0f} hours a month, woken {bursts:.0f} times a day: {of_free}; {pages}"))
    return told


def _who_is_told(state: dict[str, Any]) -> str:
    if not state["notice_addresses"]:
        return "nobody is told when something is wrong (BRAPPED_NOTIFY)"
    times = {"monthly": "month", "weekly": "week", "both": "week and month"}
    recap = f", and a recap of each {times[state['recap']]}" if state["recap"] else ""
    return f"to {state['notice_addresses']} {'address' if state['notice_addresses'] == 1 else 'addresses'}{recap}"


def _gaps(one: dict[str, Any]) -> str:
    if not one["gaps_open"]:
        return "none"
    in_all = f"{one['gaps_open']} open, {one['hours_in_gaps']} hours in all"
    return f"{in_all}; hours of the clock in doubt: {one['hours_in_doubt']}"


def _verdict(everybody: list[dict[str, Any]]) -> str:
    if not any(one["polls"] for one in everybody):
        return "Your exports are in; nothing is polled without a login."
    if any(one["gaps_open"] for one in everybody):
        return "Everything is collected, but for the gaps: a data export that covers them closes them (brapped import)."
    return "Everything is collected."


def _look_ups(state: dict[str, Any]) -> str:
    """What is left to look up, most played first; every play is there and has its names before."""
    tracks, artists, days = state["tracks_to_look_up"], state["artists_to_look_up"], state["looked_up_in_days"]
    if not tracks + artists:
        return "none"
    if days is not None:
        when = f"done in about {days} days, and nothing waits for it"
    elif state["connected"]:
        when = "and SPOTIFY_DAILY_CALL_BUDGET leaves no calls for them"
    else:
        when = "once an account is connected; nothing needs it"
    return f"{tracks} tracks and {artists} artists, {when}"


def _minute(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if instant else "never"
