"""A page that is shown again is the one that would be made anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from brapped_assets.insights.rollup import rebuild
from brapped_assets.insights.web import ahead
from brapped_assets.insights.web.remembered import MOST_PAGES, remembered
from brapped_assets.insights.web.site import Site
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets.warehouse.reading import Reading
from brapped_assets_tests.insights.items_plays import MOMENTS, NOW, Told, know, play

CHANGES = {
    "a play": "insert into star.streaming_fact (listener_id, played_at, played_at_local, api_at,"
    " track_key, ms_played, is_estimated) select listener_id, played_at + interval '1 h', played_at_local, api_at,"
    " track_key, 1, true"
    " from star.streaming_fact",
    "a play measured": "update star.streaming_fact set ms_played = 31000",
    "a play that goes": "delete from star.streaming_fact",
    "a name": "update star.artist_dim set artist_name = 'Other' where artist_key = 1",
    "a cover": "update star.album_dim set image_url = 'https://i/x' where album_key = 1",
    "a title": "update star.track_dim set track_name = 'Other' where track_key = 1",
    "a guest": "delete from star.track_artist where position > 0",
    "something hidden": "insert into insights.hidden (listener_id, artist_key, hidden_at)"
    " select listener_id, 4, now() from audit.listener",
    "a poll without plays": "insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected,"
    " overlapped, keys_missing, keys_new) select listener_id, 'run', now(), 0, 0, 0, true, '{}', '{}'"
    " from audit.listener",
    "a zone": "update audit.listener set time_zone = 'Asia/Tokyo'",
    "Spotify's ranking": "insert into star.spotify_top"
    " select listener_id, '2026-03-01', 'artists', 'short_term', 1, 1, null from audit.listener",
    "somebody forgotten": "delete from audit.listener",
}


class Counted:
    """A page that says how often it was made."""

    def __init__(self) -> None:
        self.made = 0

    def routes(self, _site: Site) -> list[Route]:
        def show(request: Request) -> Response:
            self.made += 1
            return PlainTextResponse(f"{self.made}", status_code=404 if "missing" in request.url.query else 200)

        return [Route("/counted", show, name="counted")]


@pytest.fixture
def site(database_url: str, tmp_path: Path, warehouse: Warehouse) -> Iterator[Site]:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        play(tx, me, [Told(MOMENTS[0], 1, 200_000)])
        rebuild(tx, me)
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    yield site
    site.close()


def ask(route: Route, query: str = "") -> str:
    scope = {"type": "http", "method": "GET", "path": route.path, "query_string": query.encode(), "headers": [],
             "server": ("127.0.0.1", 80)}  # fmt: skip
    return bytes(route.endpoint(Request(scope)).body).decode()


def test_a_page_is_made_once_for_each_address_as_long_as_nothing_changes(site: Site) -> None:
    (route,) = remembered(site, Counted())
    assert [ask(route), ask(route), ask(route, "range=2025"), ask(route), ask(route, "range=2025")] == list("11212")


def test_whatever_changes_the_next_page_shows_it(site: Site, warehouse: Warehouse) -> None:
    (route,) = remembered(site, Counted())
    made = int(ask(route))
    for change, statement in CHANGES.items():
        with warehouse.transaction() as tx:
            tx.execute(statement)
            # Not there yet, for anybody else.
            assert int(ask(route)) == made, change
        assert (int(ask(route)), int(ask(route))) == (made + 1, made + 1), change
        made += 1


def ended(site: Site) -> None:
    """Whatever was made ahead is made."""
    assert site.background is not None
    site.background.join()


def test_after_a_change_what_was_asked_for_of_late_is_made_before_it_is_asked_for(
    site: Site, warehouse: Warehouse
) -> None:
    page = Counted()
    (route,) = remembered(site, page, renewed=True)
    assert [ask(route), ask(route, "range=2025")] == ["1", "2"]
    ended(site)
    with warehouse.transaction() as tx:
        tx.execute(CHANGES["a name"])
    assert ask(route) == "3"
    ended(site)
    assert (page.made, ask(route, "range=2025"), ask(route)) == (4, "4", "3")


def test_what_was_begun_earlier_and_ends_after_a_rebuild_is_seen_too(site: Site, warehouse: Warehouse, tmp_path: Path,
                                                                      database_url: str) -> None:  # fmt: skip
    (route,) = remembered(site, Counted())
    with Warehouse(tmp_path, database_url) as slow, slow.transaction() as theirs:
        theirs.execute("update star.artist_dim set artist_name = 'Slow'")
        with warehouse.transaction() as tx:
            tx.execute("update star.album_dim set album_name = 'Quick'")
        before = ask(route)
        with warehouse.transaction() as tx:
            rebuild(tx, 1)
        rebuilt = ask(route)
    assert len({before, rebuilt, ask(route)}) == 3


def test_a_new_day_is_a_new_page(site: Site) -> None:
    now: datetime = NOW
    site.clock = lambda: now
    (route,) = remembered(site, Counted())
    made = [ask(route)]
    for later in (timedelta(minutes=1), timedelta(days=1)):
        now += later
        made.append(ask(route))
    assert made == ["1", "1", "2"]


class Watched(Counted):
    """It says in a queue when it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.times: SimpleQueue[int] = SimpleQueue()

    def routes(self, _site: Site) -> list[Route]:
        (route,) = super().routes(_site)

        def show(request: Request) -> Response:
            answer: Response = route.endpoint(request)
            self.times.put(self.made)
            return answer

        return [Route("/counted", show, name="counted")]


def test_a_database_that_never_sleeps_is_looked_at_and_pages_of_late_are_made_before_anybody_comes(
    site: Site, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.02)
    site.is_awake = True
    page = Watched()
    (route,) = remembered(site, page, renewed=True)
    assert (ask(route), ask(route, "range=2025")) == ("1", "2")
    assert [page.times.get(timeout=10), page.times.get(timeout=10)] == [1, 2]
    with warehouse.transaction() as tx:
        tx.execute(CHANGES["a name"])
    # Nobody asked.
    assert [page.times.get(timeout=10), page.times.get(timeout=10)] == [3, 4]
    assert {ask(route), ask(route, "range=2025")} == {"3", "4"}
    site.close()
    ended(site)


def test_a_day_after_the_last_visitor_nothing_looks_at_the_database_any_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    now: datetime = NOW
    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.02)
    site.clock, site.is_awake = lambda: now, True
    (route,) = remembered(site, Counted(), renewed=True)
    ask(route)
    now += ahead.LATELY + timedelta(minutes=1)
    ended(site)
    assert ask(route) == "2"
    site.close()
    ended(site)


def test_no_more_pages_are_kept_than_fit_and_none_that_failed(site: Site) -> None:
    (route,) = remembered(site, Counted())
    assert [ask(route, "missing"), ask(route, "missing")] == ["1", "2"]
    ask(route, "first")
    for n in range(MOST_PAGES):
        ask(route, f"n={n}")
    assert ask(route, "first") == f"{MOST_PAGES + 4}"
    assert [ask(route, "x" * 301), ask(route, "x" * 301)] == [f"{MOST_PAGES + 5}", f"{MOST_PAGES + 6}"]
