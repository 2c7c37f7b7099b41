"""What every page needs: the database, the clock, the templates, and how numbers and names are written."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import compare_digest, token_urlsafe
from typing import Any, get_args
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from brapped_assets.insights.columns.life_cache import LifeCache
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.cover_cache import Covers
from brapped_assets.insights.database_outage import Absence, OutageReading, absence_in
from brapped_assets.insights.periods import PRESETS, NotAPeriod, Period
from brapped_assets.insights.selected_viewer import usual, viewer_of
from brapped_assets.insights.selection import read_selection
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.rendering.environment import environment
from brapped_assets.text.translation import _
from brapped_assets.warehouse.dagster_runs import DagsterRuns
from brapped_assets.warehouse.db.connections import Connection, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.address import asked_for, filters_of, period_asked_for, range_in, root_of, say, selection_of
from brapped_assets.web.cover_worker import BackgroundCovers
from brapped_assets.web.display import adopt, remembered
from brapped_assets.web.filter_chips import filters
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets.web.links import Chosen, Pairs, led_on
from brapped_assets.web.login_worker import BackgroundLogin
from brapped_assets.web.static_files import version

# What an address is there for everybody; a song may be one that another never played.
SAME_FOR_ALL = frozenset(
    {
        *(
            "/",
            "/today",
            "/explore",
            "/wrapped",
            "/wrapped/choose",
            "/history",
            "/search",
            "/hidden",
            "/add",
            "/covers",
        ),
        *("/compare", "/counted", "/settings", "/spoken"),
        *("/changes/artists", "/changes/songs", "/changes/albums"),
        *("/places/artists", "/places/songs", "/places/albums"),
        *("/list/artists", "/list/songs", "/list/albums", "/list/days", "/list/contexts"),
    }
)
OK, NOT_FOUND = 200, 404


@dataclass
class Site:
    """`reading` is where numbers come from; `is_demo` is said on every page.

    `writing` is what forms change things through; without it there are none. Every form of ours carries `token`.
    `lives` keeps plays in memory.
    `incoming` takes uploads, `covers` has pictures, `renewing` Spotify's consent, `covering` asks
    for covers without a login; without them there are none.
    """

    reading: Reading
    is_demo: bool = False
    writing: Writing | None = None
    incoming: BackgroundImport | None = None
    covers: Covers | None = None
    lives: LifeCache = field(default_factory=LifeCache)
    renewing: BackgroundLogin | None = None
    covering: BackgroundCovers | None = None
    token: str = field(default_factory=token_urlsafe, repr=False)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    templates: Environment = field(default_factory=environment)
    # Calls to Spotify that there may be in 24 hours.
    call_budget: int = 1_000
    # What Dagster ran; None: nobody says where it keeps that.
    runs: DagsterRuns | None = None
    # What stays down of `brapped up`, in a sentence each.
    down: Callable[[], tuple[str, ...]] = tuple

    def __post_init__(self) -> None:
        # Of what is asked once and never again nothing is remembered.
        self.direct = self.reading
        self.reading = OutageReading(self.reading, self.clock)

    def viewer(self, tx: Connection, request: Request) -> Viewer | None:
        """Whose pages are asked for: those under `/of/KEY` are a listener's, all others the first one's.

        None while there is nobody. Raises HTTPException for a key that is nobody's.
        """
        key = asked_for(request)
        if away := absence_in(tx):
            request.state.away = away
            # A file cannot say above itself as of when it is.
            if "." in request.url.path:
                raise away.error
        who = viewer(tx, self.clock(), key, lives=self.lives)
        if who is None and key is not None:
            raise HTTPException(404, _("There is no such listener here."))
        if who is not None:
            adopt(request, who.preference)
        return who

    def looking(self, tx: Connection, request: Request, *, narrowed: bool = True) -> Viewer | None:
        """As `viewer`, who sees the plays that the address selects; the page says what it did not understand of it.

        They count by the rule that the address names, else by the one that the listener chose. A page that is of all
        plays is not `narrowed`. With plays, `request.state.whole` is who sees all of them, by Spotify's rule.
        """
        who = self.viewer(tx, request)
        if who is None or who.first_day is None:
            return who
        selection, ignored = usual(who), list[str]()
        if narrowed:
            selection, ignored = read_selection(
                request.query_params.multi_items(), who.usual_rule, usual_private=who.preference.private_sessions
            )
        if ignored:
            say(request, " ".join(ignored), is_missing=False)
        request.state.whole, request.state.selection = who, selection
        request.state.filters = filters(tx, who, selection)
        return viewer_of(tx, who, selection)

    def close(self) -> None:
        """Let go of the database; an import under way stops."""
        if self.incoming is not None:
            self.incoming.close()
        if self.covering is not None:
            self.covering.close()
        self.reading.close()

    def holds(self, token: str) -> bool:
        """Whether a form carries our token."""
        return compare_digest(token.encode(), self.token.encode())

    def page(
        self, template: str, request: Request, who: Viewer | None, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        """One page; `who` None while nobody has connected anything.

        Its links stay with the listener and with the period chosen. Where the address was not understood (see `say`)
        the page says so, and its status is 404.
        """
        root = root_of(request) if who else ""
        chosen = _chosen(who, request, values.get("period"))
        away: Absence | None = getattr(request.state, "away", None) if who else None
        # What a template was told stays until garbage is looked for: that shall not be the columns of a selection.
        told = replace(who, shown=who.shown.everything) if who else None
        html = self.templates.get_template(template).render(
            viewer=told, path=request.url.path, root=root, is_demo=self.is_demo, presets=PRESETS, chosen=chosen,
            switcher=_switcher(who, request, root, chosen) if who else [], away=away,
            theme=getattr(request.state, "theme", "") or remembered(request).theme,
            token=self.token if self.writing and not away else "",
            selection=selection_of(request), filters=filters_of(request),
            can_renew=self.renewing is not None, misread=getattr(request.state, "misread", ""), down=self.down(),
            **values,
        )  # fmt: skip
        if getattr(request.state, "is_missing", False) and status_code == OK:
            status_code = NOT_FOUND
        html = led_on(html, root, chosen).replace('="/static/', f'="/static/{version()}/')
        return HTMLResponse(html, status_code=status_code)


def _switcher(who: Viewer, request: Request, root: str, chosen: Chosen) -> list[tuple[int, str, str]]:
    """Key, name and address of everybody, where the same page can be seen of them."""
    page = request.url.path.removeprefix(root)
    page = page if page in SAME_FOR_ALL else "/"
    query = f"?{urlencode(chosen.asked)}" if chosen.asked and page != "/add" else ""
    return [(one.listener_id, one.name, f"/of/{one.listener_id}{page}{query}") for one in who.everybody]


def _chosen(who: Viewer | None, request: Request, shown: Period | None) -> Chosen:
    """What the links of a page lead on with; `shown` is the period of its numbers."""
    by = request.query_params.get("by", "")
    asked: Pairs = (("by", by),) if by in get_args(By) else ()
    if who is not None and range_in(request):
        with suppress(NotAPeriod):
            asked = (("range", period_asked_for(request, who).name), *asked)
    return Chosen(asked, shown.name if shown else "", tuple(selection_of(request).asked()))
