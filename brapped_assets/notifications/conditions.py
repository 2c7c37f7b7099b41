"""How things stand, as conditions that somebody should hear of: in words that say what it means and what mends it.

The words are those of the language of now: of the owner, who is told (`notifier.py`). Commands stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from brapped_assets.notifications import stopped_parts
from brapped_assets.notifications.state_machine import Condition
from brapped_assets.notifications.stopped_parts import Down
from brapped_assets.spotify.quota import QUOTA_EXCEEDED, waits_until
from brapped_assets.text.formatting import NO_BREAK, clock, dated, percent
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_, _, ngettext, translated
from brapped_assets.transfer.inbox import FOLDER
from brapped_assets.transfer.refused_inbox import Refused
from brapped_assets.warehouse.listener_status import RENEW_WITHIN, STANDSTILL, has_consent_ended
from brapped_assets.warehouse.notifications import Person, State
from brapped_assets.warehouse.storage import NEARLY_FULL

RUN_FAILURE, RECAP, WEEK_RECAP, INBOX = "run_failure", "recap", "recap_week", "inbox"
RECAPS = frozenset({RECAP, WEEK_RECAP})
# Of a part of `up`; each is a notice of its own.
PART = "part_"
PARTS = frozenset(PART + part for part in stopped_parts.NAMES)
# What is over when it is not found any more; a recap never is.
LOOKED_FOR = frozenset({"consent", "no_poll", "gap", "quota", "storage", RUN_FAILURE})

CONSENT_WITHIN = (timedelta(days=30), RENEW_WITHIN, timedelta(days=3))
# Noticed an hour before it is told: a machine that has just woken up gets to poll, and hourly looks are never sharp.
STANDSTILL_NOTICED, STANDSTILL_PATIENCE = STANDSTILL - timedelta(hours=1), timedelta(minutes=55)
# What may pass by itself is told when it has been so for this long.
PATIENCE = timedelta(minutes=30)
STORAGE_TOLD, STORAGE_FULL, STORAGE_AGAIN = NEARLY_FULL, 0.95, 0.75

HEADLINES = {
    "consent": N_("Spotify's consent"),
    "no_poll": N_("nothing is being collected"),
    "gap": N_("plays may be missing"),
    "quota": N_("Spotify's quota is used up"),
    "storage": N_("the database is filling up"),
    RUN_FAILURE: N_("a run failed"),
    "database": N_("the database does not answer"),
    INBOX: N_("an export was refused"),
    **{PART + part: N_("%(part)s stays down") for part in stopped_parts.NAMES},
}
OVER = {
    "consent": N_("Spotify's consent is renewed. Nothing to do."),
    "no_poll": N_("Your plays are being collected again."),
    "gap": N_("The gap is closed: an export told what was played. Thank you for bringing it in."),
    "quota": N_("Spotify answers again, and polling goes on."),
    "storage": N_("There is room in the database again."),
    RUN_FAILURE: N_("Runs succeed again."),
    "database": N_("The database answers again."),
    INBOX: N_("Nothing that was refused lies in the inbox any more."),
    **{PART + part: N_("%(part)s was started again.") for part in stopped_parts.NAMES},
}


WELL, AND_MORE = N_("all is well again"), N_("%(what)s, and more")


@dataclass(frozen=True)
class Failed:
    """The last run of `job` failed. `sentence` is fit for anybody's eyes; `cure` as in `assets.error_to_failure`."""

    job: str
    sentence: str
    cures_itself: bool = False
    is_cured_by_login: bool = False


def headline(kind: str) -> str:
    """What it is about, in the language of now."""
    return _said(HEADLINES, kind)


def over(kind: str) -> str:
    """That it is over, in the language of now."""
    return _said(OVER, kind)


def _said(texts: Mapping[str, str], kind: str) -> str:
    return _(texts[kind], part=translated(stopped_parts.NAMES.get(kind.removeprefix(PART), "")))


def conditions(state: State, failed: Failed | None, *, limit_bytes: int | None, now: datetime) -> list[Condition]:
    """Everything that is so at `now` (UTC). `limit_bytes` None: the storage is the owner's own."""
    until = waits_until(state.not_before, now)
    found: list[Condition] = []
    for person in state.people:
        whose = f"{plain(person.display_name)}: " if len(state.people) > 1 else ""
        found += _of_consent(person, whose, now)
        if until is None:
            found += _of_polls(person, whose, now)
        found += _of_gaps(person, whose)
    if until is not None:
        found.append(_of_quota(until, state.reason))
    if limit_bytes is not None:
        found += _of_storage(state.bytes, limit_bytes)
    ended = any(person.consent_ended_at is not None for person in state.people)
    if failed is not None and not (failed.is_cured_by_login and ended):
        found.append(_of_failure(failed))
    return found


def of_database() -> Condition:
    text = _(
        "Your database does not answer or cannot be used, so nothing is collected. Spotify keeps your last "
        "50 plays: there is a little time. `brapped status` says what is wrong."
    )
    return Condition("database", None, 1, text, PATIENCE)


def of_inbox(refused: Refused, home: Path) -> Condition:
    # Another one that is refused is another message.
    text = _(
        "Something in the inbox was refused: %(why)s What mends it: mend it, or take it out of %(folder)s; what "
        "changes there is tried again.",
        why=refused.why,
        folder=f"{home / FOLDER}",
    )
    return Condition(INBOX, None, int(refused.at.timestamp()), text)


def of_part(down: Down) -> Condition:
    again = _("To start it again: %(command)s", command=stopped_parts.REMEDY)
    text = f"{down.sentence()} {again}"
    return Condition(PART + down.part, None, 1, text)


def _of_consent(person: Person, whose: str, now: datetime) -> list[Condition]:
    ends_at = person.consent_ends_at
    if has_consent_ended(person.consent_ended_at, ends_at, now):
        text = whose + _("Spotify's consent has ended, so no play is collected. Renew it: brapped login")
        return [Condition("consent", person.listener_id, len(CONSENT_WITHIN) + 1, text)]
    if ends_at is None:
        return []
    level = sum(ends_at - now <= within for within in CONSENT_WITHIN)
    left = (ends_at - now).days
    text = whose + _(
        "Spotify's consent ends %(when)s, on %(day)s; it lasts six months. After that no play is collected. Renewing "
        "takes a minute: brapped login",
        when=_in_days(left),
        day=_day(ends_at, person),
    )
    return [Condition("consent", person.listener_id, level, text)] if level else []


def _of_polls(person: Person, whose: str, now: datetime) -> list[Condition]:
    is_awaited = person.is_polled and person.consent_ended_at is None
    if not is_awaited or now - person.last_polled_at < STANDSTILL_NOTICED:
        return []
    text = whose + _(
        "No poll has succeeded since %(when)s. Spotify keeps only the last 50 plays, so some may be lost if this goes "
        "on. Poll now, or see why not: brapped sync",
        when=_minute(person.last_polled_at, person.time_zone),
    )
    return [Condition("no_poll", person.listener_id, 1, text, STANDSTILL_PATIENCE)]


def _of_gaps(person: Person, whose: str) -> list[Condition]:
    if person.gap_start is None or person.gap_end is None:
        return []
    text = whose + _(
        "Plays may be missing between %(since)s and %(until)s: Spotify no longer showed them. Its data export has "
        "them. Ask for one at %(address)s and bring it in: brapped import",
        since=_minute(person.gap_start, person.time_zone),
        until=_minute(person.gap_end, person.time_zone),
        address="https://www.spotify.com/account/privacy/",
    )
    return [Condition("gap", person.listener_id, int(person.gap_end.timestamp()), text)]


def _of_quota(not_before: datetime, reason: str | None) -> Condition:
    text = _(
        "Spotify's quota for your app is used up, and polling waits until %(when)s UTC. Nothing to do: it goes on by "
        "itself, and nothing is lost unless you play more than 50 songs until then. More: brapped status",
        when=_minute(not_before, "UTC"),
    )
    # A short wait that is not the day's quota is over before anybody has read this.
    return Condition("quota", None, 1, text, timedelta(0) if reason == QUOTA_EXCEEDED else PATIENCE)


def _of_storage(stored: int, limit: int) -> list[Condition]:
    share = stored / limit
    if share < STORAGE_AGAIN:
        return []
    text = _(
        "The database has used %(share)s of its %(megabytes)s MB. When it is full, nothing new is stored. Take a "
        "larger plan, or keep a copy and make room: brapped export, then brapped forget --before. Details: "
        "brapped status",
        share=percent(stored, limit),
        megabytes=limit // 1_000_000,
    )
    return [Condition("storage", None, (share >= STORAGE_TOLD) + (share >= STORAGE_FULL), text)]


def _of_failure(failed: Failed) -> Condition:
    text = _(
        "A run of %(job)s failed. %(sentence)s What is wrong and what mends it: brapped status",
        job=failed.job,
        sentence=failed.sentence,
    )
    # What waiting cures has usually passed by the next poll.
    return Condition(RUN_FAILURE, None, 1, text, PATIENCE if failed.cures_itself else timedelta(0))


def _in_days(days: int) -> str:
    return _("today") if days < 1 else ngettext("in one day", "in %(num)s days", days)


def _day(instant: datetime, person: Person) -> str:
    return dated(instant.astimezone(ZoneInfo(person.time_zone)), "yMMMMd").replace(NO_BREAK, " ")


def _minute(instant: datetime, time_zone: str) -> str:
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{dated(local, 'MMMMd')}, {clock(local)}".replace(NO_BREAK, " ")
