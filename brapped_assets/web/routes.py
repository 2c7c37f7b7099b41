"""The pages' table of contents: which modules have pages. Each says itself which addresses it answers, in `routes`."""

from starlette.routing import Route

from brapped_assets.web import (
    add,
    aliasing,
    assistant,
    cover_lookup,
    covers,
    explore,
    feed,
    genres,
    hiding,
    hiding_offers,
    how_counted,
    items,
    listener_comparison,
    lists,
    overview,
    period_comparison,
    play_log,
    rank_over_time,
    read_tokens,
    renew,
    search,
    settings,
    spoken,
    today,
    wrapped,
)
from brapped_assets.web.api import described
from brapped_assets.web.site import Site

MODULES = (
    *(overview, explore, genres, today, feed, wrapped, items, lists, period_comparison, rank_over_time),
    *(listener_comparison, search, play_log, how_counted, hiding, hiding_offers, aliasing, add, covers, renew),
    *(settings, cover_lookup, described, read_tokens, assistant, spoken),
)


def page_routes(site: Site) -> list[Route]:
    """The routes of all pages of a site; the first that answers an address is taken."""
    return [route for module in MODULES for route in module.routes(site)]
