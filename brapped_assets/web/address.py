"""What the address of a request asks for: whose pages, which period, which plays."""

from datetime import date
from itertools import zip_longest

from starlette.requests import Request

from brapped_assets.insights.periods import BACKWARDS, NotAPeriod, Period, named
from brapped_assets.insights.selection import EVERYTHING, Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _, translated
from brapped_assets.web.filter_chips import Filter

# PostgreSQL's integers.
LONGEST_KEY = 9


def asked_for(request: Request) -> int | None:
    """The key of the listener whose pages the address asks for; 0 is nobody's."""
    key = request.path_params.get("listener")
    if key is None:
        return None
    return int(key) if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY else 0


def root_of(request: Request) -> str:
    """What the addresses of this listener's pages begin with."""
    return f"/of/{asked_for(request)}" if "listener" in request.path_params else ""


def selection_of(request: Request) -> Selection:
    """What the page was narrowed by (see `Site.looking`)."""
    found: Selection = getattr(request.state, "selection", EVERYTHING)
    return found


def filters_of(request: Request) -> list[Filter]:
    """The filters that the page shows."""
    found: list[Filter] = getattr(request.state, "filters", [])
    return found


def say(request: Request, what: str, *, is_missing: bool = True) -> None:
    """The page will say `what` of its address, above all else, after what is said already.

    `is_missing`: nothing is there, so the status is 404.
    """
    request.state.misread = " ".join([*filter(None, [getattr(request.state, "misread", "")]), what])
    request.state.is_missing = is_missing or getattr(request.state, "is_missing", False)


def period_asked_for(request: Request, who: Viewer, *, default: str = "year") -> Period:
    """The period in the address: `?range=`; or two dates, `?first=` and `?last=`, as a form without a script asks.

    Of several the last counts, and one of `range`. Raises NotAPeriod. The rule for every page and file: nothing is
    shown silently for another period. A page then says what it did not understand and shows its default, a file is not
    made; the status of both is 404.
    """
    first_day: date = who.first_day or who.today
    return named(range_in(request) or default, today=who.today, first_day=first_day)


def period_of(request: Request, who: Viewer, *, default: str = "year") -> Period:
    """As `period_asked_for`; for what is no period the page says so and shows its default."""
    try:
        found = period_asked_for(request, who, default=default)
    except NotAPeriod as error:
        shown = named(default, today=who.today, first_day=who.first_day or who.today)
        say(request, _("%(problem)s Shown instead: %(period)s.", problem=error, period=shown.label))
        return shown
    if len(set(_periods_in(request))) > 1:
        say(request, _("Of several periods this one counts: %(period)s.", period=found.label), is_missing=False)
    if found.name != (range_in(request) or default):
        text = _("%(problem)s Shown instead: %(period)s.", problem=translated(BACKWARDS), period=found.label)
        say(request, text, is_missing=False)
    return found


def range_in(request: Request) -> str:
    """What the address says of the period; empty when nothing."""
    return _periods_in(request)[-1]


def _periods_in(request: Request) -> list[str]:
    """All that the address says of the period, what counts last; one empty text when it says nothing."""

    def told(*names: str) -> list[str]:
        values = (value.strip() for name in names for value in request.query_params.getlist(name))
        return [value for value in values if value]

    ends = zip_longest(told("from", "first"), told("to", "last"), fillvalue="")
    return [*(f"{first}..{last}" for first, last in ends), *told("range")] or [""]
