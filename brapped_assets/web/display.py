"""How pages are written and look in a browser: as it was told to remember, else as the listener chose, else as it asks.

A home has several browsers and perhaps several listeners: whoever looks at another's pages keeps their own language.
"""

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets.insights.preference import Preference, read_preference
from brapped_assets.text.cldr import first_weekday
from brapped_assets.text.language import display_of, language_of, region_of, write_as

COOKIE = "brapped_display"
# The longest that browsers keep one.
COOKIE_SECONDS = 400 * 24 * 3600
LONGEST_COOKIE, MOST_FIELDS = 200, 10


class InItsLanguage:
    """Each page is written as the browser wants it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        _write(request, remembered(request))

        async def varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Accept-Language, Cookie")
            await send(message)

        await self._app(scope, receive, varying)


def adopt(request: Request, preference: Preference) -> None:
    """What the listener chose holds where this browser remembers nothing; how weeks lie is the listener's anyway.

    Before they chose a first day of the week it is the one of the browser's region.
    """
    shown = remembered(request) if COOKIE in request.cookies else preference
    request.state.theme = shown.theme
    _write(request, shown, preference.week_begins)


def remembered(request: Request) -> Preference:
    """What this browser was told to remember, by us or by whoever made it up."""
    kept = request.cookies.get(COOKIE, "")[:LONGEST_COOKIE]
    try:
        return read_preference(dict(parse_qsl(kept, max_num_fields=MOST_FIELDS)))
    except ValueError:
        return Preference()


def remember(answer: Response, chosen: Preference) -> None:
    """The browser remembers how pages look in it."""
    told = {name: getattr(chosen, name) for name in ("language", "theme", "hours", "numbers")}
    answer.set_cookie(COOKIE, urlencode(told), max_age=COOKIE_SECONDS, httponly=True, samesite="lax")


def _write(request: Request, shown: Preference, week_begins: int = 0) -> None:
    wishes = request.headers.get("accept-language", "")
    language = shown.language or language_of(wishes)
    region = region_of(wishes, language)
    write_as(display_of(language, shown.hours, shown.numbers, week_begins or first_weekday(region), region))
