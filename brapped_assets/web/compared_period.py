"""What a page's period is held against, as the address says it: `against=`."""

from starlette.requests import Request

from brapped_assets.insights.periods import NotAPeriod, Period, before, named, year_before
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_, _
from brapped_assets.web.address import say

# As they stand on the page, in this order.
CHOICES = {"before": N_("The time before"), "year-before": N_("A year earlier")}


def against_of(request: Request, who: Viewer, period: Period) -> Period:
    """The period asked for, else the time before. `name` is how an address names it.

    For what is no period the page says so, and its period is held against the time before.
    """
    asked = request.query_params.get("against", "").strip() or "before"
    if asked == "before":
        return before(period, today=who.today)
    if asked == "year-before":
        return year_before(period, today=who.today)
    try:
        return named(asked, today=who.today, first_day=who.first_day or who.today)
    except NotAPeriod as error:
        shown = before(period, today=who.today)
        say(
            request,
            _("%(problem)s Or before, or year-before. Held against: %(period)s.", problem=error, period=shown.label),
            is_missing=False,
        )
        return shown
