"""`brapped status`: is everything collected, what is wrong, and the one command that mends it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from brapped_assets import __version__
from brapped_assets.clocks import clock_skew
from brapped_assets.commands.status_markdown import summary
from brapped_assets.commands.status_table import show
from brapped_assets.console import exit_codes
from brapped_assets.home_folder import env_file
from brapped_assets.notifications import stopped_parts
from brapped_assets.notifications.delivery import addresses
from brapped_assets.resources.shared_call_ledger import SharedCallLedger
from brapped_assets.services import hosting_usage
from brapped_assets.services.hosting_usage import megabytes
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import POLLS_A_DAY, RECENTLY_PLAYED, waits_until
from brapped_assets.text.formatting import percent
from brapped_assets.transfer import refused_inbox
from brapped_assets.warehouse import call_ledger, listener_status, notifications, refresh_tokens
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.errors import TokenUnreadable
from brapped_assets.warehouse.listener_status import RENEW_WITHIN, STANDSTILL, ListenerOverview, has_consent_ended
from brapped_assets.warehouse.lookup_queue import backlog
from brapped_assets.warehouse.storage import NEARLY_FULL


def status(settings: Settings, console: Console, *, as_json: bool, as_markdown: bool = False) -> int:
    """Print how things stand; the exit code is 0 when nothing is wrong. Asks the warehouse only."""
    now = datetime.now(UTC)
    with settings.warehouse() as warehouse:
        with warehouse.transaction() as tx:
            everybody = listener_status.by_listener(tx, now)
            spent = call_ledger.spent(tx, poll_endpoint=RECENTLY_PLAYED, now=now)
            waiting = backlog(tx, now)
            to_come = listener_status.artists_to_come(tx)
            stored, hosted = hosting_usage.read_usage(tx, settings, now)
            undelivered = notifications.undelivered(tx)
            locked = _locked(tx, settings)
        left = SharedCallLedger(warehouse, settings.spotify_daily_call_budget).left(now)
    problems, code = _problems(settings, everybody, spent, now, locked)
    told, unheard = _notices(settings, undelivered)
    down = [
        {"problem": one.sentence(), "remedy": stopped_parts.REMEDY} for one in stopped_parts.read(settings.brapped_home)
    ]
    refused = refused_inbox.read(settings.brapped_home)
    left_lying = refused and {"problem": refused.sentence(), "remedy": refused_inbox.remedy(settings.brapped_home)}
    for more in (*down, left_lying, unheard, _of_plan(hosted)):
        if more:
            problems, code = [*problems, more], code or exit_codes.FAILED
    state = {
        "version": __version__,
        "settings_file": str(env_file()),
        "database": "DATABASE_URL" if settings.database_url else f"embedded in {settings.brapped_home}",
        "connected": settings.is_connected,
        "listeners": [_listener(listener, now) for listener in everybody],
        "calls_last_24_hours": spent.calls,
        "calls_left_today": left,
        "not_before": waits_until(spent.not_before, now),
        "tracks_to_look_up": waiting.tracks,
        "artists_to_look_up": waiting.artists + to_come,
        "looked_up_in_days": _days_to_do(waiting.tracks + waiting.artists + to_come, settings, spent.listeners),
        "stored_megabytes": megabytes(stored),
        "plan": hosted,
        "notice_addresses": told,
        "recap": settings.brapped_recap,
        "problems": problems,
        "healthy": not problems,
    }
    if as_json:
        console.print_json(json.dumps(state, default=str))
    elif as_markdown:
        console.print(summary(state), markup=False, soft_wrap=True)
    else:
        show(console, state)
    return code


def _locked(tx: Connection, settings: Settings) -> str | None:
    """Why somebody's stored token cannot be read with the key that is set here, if so."""
    for holder in refresh_tokens.holders(tx, settings.refresh_token_text()):
        try:
            if not holder.is_given:
                refresh_tokens.stored(tx, holder.listener.listener_id, settings.token_key_text())
        except TokenUnreadable as error:
            return str(error)
    return None


def _problems(
    settings: Settings,
    everybody: list[ListenerOverview],
    spent: call_ledger.Spent,
    now: datetime,
    locked: str | None = None,
) -> tuple[list[dict[str, str]], int]:
    """What is wrong with its remedy, the gravest deciding the exit code."""
    found: list[tuple[int, str, str]] = []
    # An export alone is a full way to use Brapped: nobody promised to poll.
    exports_alone = not settings.is_connected and any(one.plays and not one.polls for one in everybody)
    if not settings.is_connected and not exports_alone:
        found.append((exit_codes.CONSENT_NEEDED, "No Spotify account is connected.", "brapped login"))
    elif not everybody:
        found.append((exit_codes.FAILED, "Nobody was polled yet.", "brapped sync"))
    if locked is not None:
        found.append((exit_codes.USAGE, locked, "set BRAPPED_TOKEN_KEY"))
    for one in everybody:
        found += _of_consent(one, now)
        if not one.polls and (exports_alone or (len(everybody) > 1 and not one.has_logged_in)):
            continue
        skew = timedelta(milliseconds=one.clock_skew_ms or 0)
        if abs(skew) > clock_skew.TOLERATED_SKEW:
            # By such a clock nobody can say how long ago that was.
            found.append(
                (
                    exit_codes.FAILED,
                    f"{clock_skew.describe_skew(skew)} Plays are collected all the same.",
                    clock_skew.SET_IT,
                )
            )
        elif one.last_polled_at is None or one.last_polled_at < now - STANDSTILL:
            when = f"since {one.last_polled_at:%Y-%m-%d %H:%M} UTC" if one.last_polled_at else "yet"
            found.append((exit_codes.FAILED, f"{one.display_name}: no successful poll {when}.", "brapped sync"))
        if one.rejected_lately:
            items = "item" if one.rejected_lately == 1 else "items"
            text = (
                f"{one.display_name}: {one.rejected_lately} {items} of Spotify's pages could not be understood. Nothing"
                " is lost: they are kept, and every newer Brapped reads them again. This is told for two weeks."
            )
            found.append((exit_codes.FAILED, text, "upgrade Brapped the way it was installed"))
    if (until := waits_until(spent.not_before, now)) is not None:
        text = f"Spotify asked to wait until {until:%Y-%m-%d %H:%M} UTC ({spent.reason})."
        found.append((exit_codes.POSTPONED, text, "nothing to do: polling goes on by itself"))
    # Consent first: without it nothing else can heal. A wait that Spotify asked for explains a standstill.
    order = [exit_codes.CONSENT_NEEDED, exit_codes.USAGE, exit_codes.POSTPONED, exit_codes.FAILED]
    code = next((code for code in order if any(code == kind for kind, _, _ in found)), exit_codes.DONE)
    return [{"problem": text, "remedy": remedy} for _, text, remedy in found], code


def _of_consent(one: ListenerOverview, now: datetime) -> list[tuple[int, str, str]]:
    ends_at = one.consent_ends_at
    if has_consent_ended(one.consent_ended_at, ends_at, now):
        return [(exit_codes.CONSENT_NEEDED, f"{one.display_name}: consent has ended.", "brapped login")]
    if ends_at is not None and ends_at < now + RENEW_WITHIN:
        days = (ends_at - now).days
        return [(exit_codes.FAILED, f"{one.display_name}: consent ends in {days} days.", "brapped login")]
    return []


def _of_plan(hosted: dict[str, Any] | None) -> dict[str, str] | None:
    """That a plan is nearly full, with the remedy."""
    if hosted is None or hosted["share_used"] is None or hosted["share_used"] < NEARLY_FULL:
        return None
    return {
        "problem": f"The database has used {percent(hosted['share_used'], 1)} of its {hosted['limit_megabytes']} MB.",
        "remedy": "a larger plan, told by BRAPPED_STORAGE_LIMIT_MB, or brapped export and brapped forget --before",
    }


def _notices(settings: Settings, undelivered: int) -> tuple[int, dict[str, str] | None]:
    """How many addresses are told, and what keeps them from it. A wrong one should not show when it is needed."""
    try:
        found = addresses(settings)
    except SettingsError as error:
        return 0, {"problem": str(error), "remedy": "brapped notify --test"}
    if found and undelivered:
        text = f"{undelivered} {'notice' if undelivered == 1 else 'notices'} could not be delivered."
        return found, {"problem": text, "remedy": "brapped notify --test"}
    return found, None


def _listener(one: ListenerOverview, now: datetime) -> dict[str, Any]:
    days_left = (one.consent_ends_at - now).days if one.consent_ends_at and one.consent_ended_at is None else None
    return {
        "name": one.display_name,
        "time_zone": one.time_zone,
        "collected_since": one.collected_since,
        "last_polled_at": one.last_polled_at,
        "polls": one.polls,
        "plays": one.plays,
        "impossible_repeats": one.impossible_repeats,
        "items_not_music": one.not_music,
        "items_empty": one.empty_items,
        "items_with_impossible_time": one.impossible_times,
        "items_rejected": one.rejected,
        "spoken_plays": one.spoken,
        "files_to_read_again": one.files_to_read_again,
        "clock_skew_seconds": round((one.clock_skew_ms or 0) / 1000),
        "gaps_open": one.gaps_open,
        "hours_in_gaps": round(one.seconds_in_gaps / 3600, 1),
        "hours_in_doubt": one.hours_in_doubt,
        "hours_closed": round(one.seconds_closed / 3600, 1),
        "last_closed_at": one.last_closed_at,
        "last_closed_by": one.last_closed_by,
        "consent_days_left": days_left,
    }


def _days_to_do(look_ups: int, settings: Settings, people: int) -> float | None:
    """Days until every track and artist is looked up, at today's budget; None: it has no call for them."""
    a_day = settings.spotify_daily_call_budget - POLLS_A_DAY * max(1, people)
    if not settings.is_connected or a_day < 1:
        return None if look_ups else 0.0
    return round(look_ups / a_day, 1)
