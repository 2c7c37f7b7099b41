"""Pieces to show elsewhere: a badge, a card, a widget to frame, a calendar of milestones, each with a token.

Whoever embeds them cannot send a header, so the token may stand in the address: one of the scope `pieces`, which opens
these few things and nothing else. They are written in the listener's language.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.api_answers.card import FIGURE, KIND, Card, card
from brapped_assets.insights.api_answers.parameters import Parameter, Refused, of_period, of_selection
from brapped_assets.insights.api_answers.question import Question, read_question
from brapped_assets.insights.news import news
from brapped_assets.rendering.text_width import cut, used, width
from brapped_assets.text.formatting import clock, day
from brapped_assets.text.language import write_as
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import _, ngettext
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.read_tokens import ReadToken
from brapped_assets.web.api.calendar import calendar
from brapped_assets.web.api.formats import has_it, tag_of
from brapped_assets.web.api.gate import PARAMETER, Gate
from brapped_assets.web.api.viewing import refusal, viewer_of_token
from brapped_assets.web.site import Site

THEME = Parameter("theme", "Light or dark.", {"type": "string", "enum": ["light", "dark"], "default": "light"})
LABEL = Parameter("label", "What stands on the left.", {"type": "string", "maxLength": 40})
SVG, HTML, ICS = "image/svg+xml", "text/html; charset=utf-8", "text/calendar; charset=utf-8"


class Piece(NamedTuple):
    """`own` is what it takes beside a period and filters; without `is_of_plays` it takes neither."""

    path: str
    summary: str
    media_type: str
    own: tuple[Parameter, ...] = ()
    is_of_plays: bool = True

    @property
    def known(self) -> tuple[Parameter, ...]:
        """All that can be asked."""
        return (of_period("year"), *of_selection(), *self.own) if self.is_of_plays else self.own


BADGE = Piece("/badge.svg", "One number beside its period", SVG, (THEME, FIGURE, LABEL))
CARD = Piece("/card.svg", "Minutes, the five most played, and what was heard last", SVG, (THEME, KIND))
WIDGET = Piece("/widget", "The same as a page to frame", HTML, (THEME, KIND))
MILESTONES = Piece("/milestones.ics", "Recaps and milestones for a calendar", ICS, is_of_plays=False)
PIECES = (BADGE, CARD, WIDGET, MILESTONES)
# A picture of somebody's listening: their browser may keep it for a moment, a cache between may not.
KEPT = "private, max-age=300"
# In columns of a card: of a name, and of all that stands in a row.
LONGEST_NAME, MOST_COLUMNS = 30, 46


class Pieces:
    """Of one site; pages of `origins` may frame the widget."""

    def __init__(self, site: Site, gate: Gate, limiter: CapacityLimiter, origins: Sequence[str]) -> None:
        self._site, self._gate, self._limiter = site, gate, limiter
        self._framed_by = " ".join(["'self'", *origins])

    def routes(self) -> list[Route]:
        return [
            self._giving(BADGE, self._badge),
            self._giving(CARD, self._card),
            self._giving(WIDGET, self._widget),
            self._giving(MILESTONES, self._calendar),
        ]

    def _giving(self, piece: Piece, make: Callable[[Connection, Question], str | bytes]) -> Route:
        async def giving(request: Request) -> Response:
            token = await self._gate.admit(request, "pieces", may_be_in_address=True)
            work = partial(self._give, request, token, piece, make)
            response = await anyio.to_thread.run_sync(work, limiter=self._limiter)
            response.background = BackgroundTask(self._gate.note, token)
            return response

        return Route(piece.path, giving)

    def _give(
        self, request: Request, token: ReadToken, piece: Piece, make: Callable[[Connection, Question], str | bytes]
    ) -> Response:  # fmt: skip
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] != PARAMETER]
        with self._site.reading.transaction() as tx:
            whole = viewer_of_token(tx, self._site, token)
            write_as(whole.preference.display)
            try:
                made = make(tx, read_question(tx, whole, pairs, piece.known))
            except Refused as error:
                raise refusal(error) from None
        content = made if isinstance(made, bytes) else made.encode("utf-8", "replace")
        headers = {"ETag": tag_of(content), "Cache-Control": KEPT, "Vary": "Authorization", **self._policy(piece)}
        if has_it(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=piece.media_type, headers=headers)

    def _policy(self, piece: Piece) -> dict[str, str]:
        if piece is WIDGET:
            policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors {self._framed_by}"
            return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
        # Pages elsewhere may show the picture: whoever has the address has the token.
        return {"Content-Security-Policy": "default-src 'none'", "Cross-Origin-Resource-Policy": "cross-origin"}

    def _badge(self, tx: Connection, asked: Question) -> str:
        found = card(tx, asked)
        value = _figure(found, asked.asked["show"])
        label = plain(asked.asked.get("label") or asked.period.label)
        return self._drawn(
            "badge.svg", asked, label=label, value=value, left=width(label) + 14, right=width(value) + 14
        )

    def _card(self, tx: Connection, asked: Question) -> str:
        return self._drawn("card.svg", asked, **self._told(tx, asked))

    def _widget(self, tx: Connection, asked: Question) -> str:
        return self._drawn("widget.html", asked, **self._told(tx, asked))

    def _calendar(self, tx: Connection, asked: Question) -> bytes:
        return calendar(news(tx, asked.whole), plain(asked.whole.name), self._site.clock())

    def _told(self, tx: Connection, asked: Question) -> dict[str, Any]:
        found = card(tx, asked)
        at, cells = found.last_at, [(plain(one.name), plain(one.by), one.plays) for one in found.top]
        return {
            "figure": _figure(found, "minutes"), "plays": _figure(found, "plays"),
            "rows": [(cut(name, LONGEST_NAME), cut(by, MOST_COLUMNS - used(name)), plays) for name, by, plays in cells],
            "last": cut(plain(f"{found.last.name} · {found.last.by}"), MOST_COLUMNS) if found.last else "",
            "last_at": f"{day(at)}, {clock(at)}" if at else "",
        }  # fmt: skip

    def _drawn(self, template: str, asked: Question, **values: Any) -> str:
        dark = asked.asked["theme"] == "dark"
        return self._site.templates.get_template(template).render(period=asked.period.label, is_dark=dark, **values)


def _figure(found: Card, show: str) -> str:
    """With what it is: "≥ 1,234 minutes"; at least where a gap may hide some, about where some is estimated."""
    number: int = getattr(found, show)
    words = {
        "minutes": lambda: ngettext("%(num)s minute", "%(num)s minutes", number),
        "plays": lambda: ngettext("%(num)s play", "%(num)s plays", number),
        "songs": lambda: ngettext("%(num)s song", "%(num)s songs", number),
        "artists": lambda: ngettext("%(num)s artist", "%(num)s artists", number),
    }[show]()
    about = "≈ " if show == "minutes" and found.is_estimated else ""
    return _("at least %(what)s", what=words) if found.is_at_least else f"{about}{words}"
