"""`/artist/KEY`, `/track/KEY`, `/album/KEY`: one of them, over all time or any period."""

from datetime import date, timedelta
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights import aliasing, items
from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.item_rank import standing_of
from brapped_assets.insights.items import Kind, Row, key_in
from brapped_assets.insights.most_played import most_played_albums
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.weeks_at_number_one import Reign, reign_of, weeks
from brapped_assets.rendering.chart_shapes import month_bars, wedges, years_of
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.address import period_of, root_of
from brapped_assets.web.site import Site

LONGEST_LIST, GUEST_LIST, RECENT = 10, 5, 8
LISTED: dict[Kind, Music] = {"artist": "artists", "track": "songs", "album": "albums"}
TEMPLATES = {"artist": "artist.html", "track": "track.html", "album": "album.html"}


def routes(site: Site) -> list[Route]:
    def of(kind: Kind) -> Route:
        def show(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    return site.page("nothing_yet.html", request, who)
                key = key_in(request.path_params["key"])
                item = items.find(tx, who, kind, key)
                if item is None:
                    return site.page("unknown_item.html", request, who, status_code=404, kind=kind, item=item)
                end = aliasing.counts_as(who, kind, key) if kind != "album" else None
                if end:
                    # Its plays are there, and that page says so.
                    query = f"?{request.url.query}" if request.url.query else ""
                    return RedirectResponse(f"{root_of(request)}/{kind}/{end}{query}", status_code=303)
                if not items.is_theirs(who, kind, item):
                    return site.page("unknown_item.html", request, who, status_code=404, kind=kind, item=item)
                same = [
                    row for row in aliasing.aliases(tx, who.listener_id) if (row["kind"], row["to_key"]) == (kind, key)
                ]
                period = period_of(request, who, default="all")
                numbers = _numbers(tx, who, kind, item, period)
            return site.page(
                TEMPLATES[kind],
                request,
                who,
                kind=kind,
                item=item,
                same=same,
                period=period,
                gaps=who.gaps_in(period),
                **numbers,
            )

        return Route(f"/{kind}/{{key}}", show, name=kind)

    return [of(kind) for kind in get_args(Kind)]


def _numbers(tx: Connection, who: Viewer, kind: Kind, item: Row, period: Period) -> dict[str, Any]:
    ever = who.shown.ever.of(items.tracks_of(who, kind, item))
    plays = ever.within(period.first, period.until)
    all_time = items.all_time(who)
    lifelong = standing_of(tx, who, kind, item, all_time)
    hours, by_month = items.clock(plays), items.months(ever)
    bars = month_bars(
        {month.month: (month.plays, month.ms) for month in by_month}, who.first_day or who.today, who.today, period,
        _months_with_gaps(who),
    )  # fmt: skip
    numbers: dict[str, Any] = {
        "plays": len(plays),
        "ms": plays.total_ms,
        "estimated_ms": sum(hour.estimated_ms for hour in hours),
        "life": items.life(ever),
        "run": items.longest_run(who.shown.ever, items.tracks_of(who, kind, item)),
        "reign": _reign(who, kind, item),
        "loyalty": items.loyalty(by_month, who.today),
        "first_song": None if kind == "track" else items.first_song(tx, ever),
        "lifelong": lifelong,
        "standing": lifelong if period.name == all_time.name else standing_of(tx, who, kind, item, period),
        "hours": hours,
        "clock": wedges({hour.hour: hour.plays for hour in hours}),
        "favourite": max(hours, key=lambda hour: (hour.plays, -hour.hour), default=None),
        "bars": bars,
        "years": years_of(bars),
        "best": max(by_month, key=lambda month: (month.plays, month.ms), default=None),
        "songs": items.recordings(tx, plays, 100)
        if kind == "album"
        else items.songs(tx, plays, LONGEST_LIST if kind == "artist" else 100),
        "recent": items.recent(tx, who, ever, RECENT),
    }
    if kind == "artist":
        as_guest = who.shown.plays(period.first, period.until).of(items.tracks_as_guest(who, item))
        numbers["albums"] = most_played_albums(tx, plays, "plays", LONGEST_LIST)
        numbers["many_songs"], numbers["many_albums"] = len(plays.by_track.played), len(plays.by_album.played)
        numbers["featured"] = items.songs(tx, as_guest, GUEST_LIST)
        numbers["featured_plays"], numbers["featured_ms"] = len(as_guest), as_guest.total_ms
    if kind == "track":
        numbers["guests"] = items.guests(tx, who, item["key"])
    return numbers


def _reign(who: Viewer, kind: Kind, item: Row) -> Reign | None:
    """Weeks at number one, ever; of some plays only it would be nearly every week."""
    if who.shown.whole is not None:
        return None
    return reign_of(weeks(who, items.all_time(who), LISTED[kind]), items.number_of(who, kind, item))


def _months_with_gaps(who: Viewer) -> set[date]:
    found = set()
    for gap in who.gaps:
        month = gap.gap_start.date().replace(day=1)
        while month <= gap.gap_end.date():
            found.add(month)
            month = (month + timedelta(days=31)).replace(day=1)
    return found
