"""`/compare`: the listeners of one home in a period: awards among all of them, and two held against each other."""

from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.awards import awards, guests, overlaps
from brapped_assets.insights.listener_comparison import compare
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.taste_over_time import over_time, unheard
from brapped_assets.insights.viewer import Person, Viewer, viewer
from brapped_assets.insights.wrapped import pictures
from brapped_assets.insights.wrapped.card_of_two import card_of_two, overlap_in_words
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.address import period_of, selection_of
from brapped_assets.web.site import Site
from brapped_assets.web.wrapped import Pages

LONGEST_LIST = 10


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        asked = request.query_params.get("with", "")
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            others = [one for one in who.everybody if one.listener_id != who.listener_id]
            if not others:
                raise HTTPException(404, _("There is nobody here to compare with: brapped login adds a listener."))
            chosen = next((one for one in others if str(one.listener_id) == asked), None if asked else others[0])
            if chosen is None:
                raise HTTPException(404, _("There is no such listener here."))
            selection = selection_of(request)
            here = {who.listener_id: who} | {
                one.listener_id: _seen(tx, site, one.listener_id, selection) for one in others
            }
            other = here[chosen.listener_id]
            # All time is that of all, whoever looks.
            days = [one.first_day for one in here.values() if one.first_day]
            period = period_of(request, replace(who, first_day=min(days)))
            both = compare(tx, who, other, period, LONGEST_LIST)
            everybody = [here[one.listener_id] for one in who.everybody]
            me, them = (Person(one.listener_id, one.name) for one in (who, other))
            card = card_of_two(both, me, them, period)
            steps = over_time(who, other, period)
            values: dict[str, Any] = {
                "awards": awards(guests(everybody, period)),
                "overlaps": overlaps(everybody, period) if len(everybody) > 2 else {},  # noqa: PLR2004  (more than two)
                "unheard": [(one, by, unheard(tx, one, by, period)) for one, by in ((who, other), (other, who))],
                "card": card,
                "place": Pages(pictures(tx, [card])),
            }
        return site.page(
            "listener_comparison.html", request, who, other=other, others=others, everybody=everybody, period=period,
            both=both, gaps=[*who.gaps_in(period), *other.gaps_in(period)], overlap=overlap_in_words(both.overlap),
            steps=steps, is_by_year=len(steps) > 1 and all(step.first.month == 1 for step in steps), **values,
        )  # fmt: skip

    return [Route("/compare", show, name="compare")]


def _seen(tx: Connection, site: Site, listener_id: int, selection: Selection) -> Viewer:
    """Another listener, by the selection of whoever looks."""
    found = viewer(tx, site.clock(), listener_id, lives=site.lives)
    assert found is not None
    return viewer_of(tx, found, selection)
