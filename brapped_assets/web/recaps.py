"""The week or month that is over, on *Today*: once in each browser, which remembers what it has shown."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped import Card, cards, numbers, pictures
from brapped_assets.insights.wrapped.recap import over, three
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.wrapped import Pages

# A page that is looked at writes nothing into the warehouse: who has seen what is the browser's to know.
COOKIE = "brapped_recaps"
COOKIE_SECONDS = 400 * 24 * 3600
LONGEST_COOKIE = 400


@dataclass(frozen=True)
class Recap:
    """Three cards of a period that is over, and where they lead."""

    period: Period
    cards: list[Card]
    place: Pages


def unseen(tx: Connection, who: Viewer, request: Request) -> list[Recap]:
    """What has ended since this browser looked last, the month before the week; nothing of a time without music.

    A poll after the end tells what the last hours had: whoever is polled waits for it.
    """
    seen = _seen(request)
    found = []
    for period in over(who.today, who.first_day or who.today):
        if _sign(who, period) in seen or not _is_known(who, period):
            continue
        told = three(cards(numbers(tx, who, period)))
        if told:
            found.append(Recap(period, told, Pages(pictures(tx, told))))
    return found


def remember(answer: Response, request: Request, who: Viewer, shown: list[Recap]) -> None:
    """In a cookie that no script and no other site reads: what was shown, and of others what is still the newest."""
    if not shown:
        return
    ended = {_sign(who, period) for period in over(who.today, who.first_day or who.today)}
    mine = f"{who.listener_id}:"
    kept = [sign for sign in _seen(request) if sign and (sign in ended or not sign.startswith(mine))]
    signs = [*(_sign(who, one.period) for one in shown), *kept]
    value = ".".join(signs)[:LONGEST_COOKIE]
    answer.set_cookie(COOKIE, value, max_age=COOKIE_SECONDS, httponly=True, samesite="strict")


def _seen(request: Request) -> list[str]:
    return request.cookies.get(COOKIE, "")[:LONGEST_COOKIE].split(".")


def _sign(who: Viewer, period: Period) -> str:
    return f"{who.listener_id}:{period.name}"


def _is_known(who: Viewer, period: Period) -> bool:
    if who.last_polled_at is None or who.consent_ended:
        return True
    return who.local(who.last_polled_at).date() >= period.until
