"""`/today`: the day so far."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import habits, today
from brapped_assets.insights.adjacent_periods import adjacent
from brapped_assets.insights.milestones import milestones
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.sentence_of_the_day import sentence_of_the_day
from brapped_assets.insights.spotify_ranking import rankings
from brapped_assets.text.formatting import change, weekday
from brapped_assets.text.translation import _
from brapped_assets.web.feed import feed_of
from brapped_assets.web.overview import IN_FULL, LONGEST_RANKING
from brapped_assets.web.recaps import remember, unseen
from brapped_assets.web.site import Site

LAST_PLAYS, MOST_MILESTONES = 12, 8


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request, narrowed=False)
            if who is None or who.first_day is None:
                own = rankings(tx, who, LONGEST_RANKING) if who else []
                return site.page("nothing_yet.html", request, who, rankings=own)
            so_far = today.so_far(tx, who)
            streak = habits.current_streak(who)
            reached = milestones(tx, who, streak)
            recaps = unseen(tx, who, request)
            values: dict[str, Any] = {
                "line": sentence_of_the_day(tx, who, so_far, streak, reached),
                "last": today.last_plays(tx, who, LAST_PLAYS),
                "past": today.on_this_day(tx, who),
                "milestones": reached[:MOST_MILESTONES],
            }
        day = Period("today", "", who.today, who.today + DAY)
        beside = adjacent(day, today=who.today, first_day=who.first_day)
        hour = who.known_until.hour if who.known_until else None
        answer = site.page(
            "today.html", request, who, so_far=so_far, streak=streak, weekday=weekday(who.today.isoweekday()),
            weekdays=_(IN_FULL[who.today.weekday()]),
            change=change(so_far.ms, so_far.usual_ms), gaps=who.gaps_in(day), beside=beside,
            hours=[
                (f"{n:02d}", ms, so_far.usual_hours[n] if so_far.usual_of else None, "now" if n == hour else "")
                for n, ms in enumerate(so_far.hours)
            ],
            most_of_hours=max(*so_far.hours, *so_far.usual_hours) or 1, recaps=recaps, feed=feed_of(request), **values,
        )  # fmt: skip
        remember(answer, request, who, recaps)
        return answer

    return [Route("/today", show, name="today")]
