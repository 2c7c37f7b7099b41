"""Answers of servers of other makers, which are right by MusicBrainz's documentation, or are no answers at all."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

import pytest

from brapped_assets.musicbrainz import (
    ArtistTags,
    Away,
    Genre,
    Malformed,
    Match,
    MusicBrainzClient,
    Service,
    WikidataClient,
    transport,
)
from brapped_assets.musicbrainz.client import ADDRESS
from brapped_assets_tests.spotify.stand_ins import MovableClock

MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"


def service_at(url: str, clock: MovableClock) -> Service:
    return Service("MusicBrainz", url, "Brapped", pace=lambda: None, sleep=clock.sleep, clock=clock)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


class Scripted(BaseHTTPRequestHandler):
    """Answers of other makers, one after the other, and where each was asked."""

    answers: ClassVar[list[tuple[int, Any, str]]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:  # (the library's name)
        self.asked.append(self.path)
        status, told, location = self.answers.pop(0)
        body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is said of it."""


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a service that tells what `Scripted.answers` say."""
    monkeypatch.setattr(Scripted, "answers", [])
    monkeypatch.setattr(Scripted, "asked", [])
    with HTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_that_drips_is_waited_for_no_longer_than_any(
    clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 0.1)
    is_over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            for _ in range(2):
                with listening.accept()[0] as asking, suppress(OSError):
                    asking.recv(65_536)
                    asking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
                    for _ in range(100):
                        asking.sendall(b" ")
                        is_over.wait(0.02)

        thread = Thread(target=drip)
        thread.start()
        with pytest.raises(Away, match="too slowly"):
            MusicBrainzClient(service_at(f"http://127.0.0.1:{listening.getsockname()[1]}", clock)).tags(MBID)
        is_over.set()
        thread.join()


@pytest.mark.parametrize(
    "location", ["{}", "/artist/{}", "/ws/2/artist/{}?fmt=xml", "https://musicbrainz.org/artist/{}"]
)
def test_who_an_id_was_merged_into_is_asked_about_the_same_in_the_same_place(
    scripted: str, clock: MovableClock, location: str
) -> None:
    Scripted.answers[:] = [(301, "", location.format(MBID)), (200, {"id": MBID, "country": "SE"}, "")]
    old = MBID.replace("a", "b")
    told = MusicBrainzClient(service_at(f"{scripted}/mirror/ws/2", clock)).tags(old)
    assert told == ArtistTags(country="SE", mbid=MBID)
    assert Scripted.asked == [Scripted.asked[0], Scripted.asked[0].replace(old, MBID)]


def test_an_address_that_only_moved_is_followed_there(scripted: str, clock: MovableClock) -> None:
    Scripted.answers[:] = [(308, "", f"/new/artist/{MBID}?fmt=json"), (200, {"id": MBID}, "")]
    assert MusicBrainzClient(service_at(scripted, clock)).tags(MBID) == ArtistTags(mbid=MBID)
    assert Scripted.asked[1] == f"/new/artist/{MBID}?fmt=json"


@pytest.mark.parametrize("told", ["404 page not found", '"Not Found"', {"detail": "Not Found"}, "<h1>Not Found</h1>"])
def test_nothing_is_concluded_from_an_address_that_is_no_musicbrainz(
    scripted: str, clock: MovableClock, told: Any
) -> None:
    asked = MusicBrainzClient(service_at(scripted, clock))
    for ask in (lambda: asked.matches(["0" * 22, "1" * 22]), lambda: asked.tags(MBID)):
        Scripted.answers[:] = [(404, told, "")]
        with pytest.raises(Malformed, match="is the setting right"):
            ask()
    for nobody in ("", {"error": "Not Found"}):
        Scripted.answers[:] = [(404, nobody, "")]
        assert asked.tags(MBID) is None


def found(spotify_id: str, *relations: dict[str, Any]) -> dict[str, Any]:
    return {"relations": list(relations), "resource": ADDRESS.format("artist", spotify_id)}


def test_who_answers_one_address_of_many_or_says_that_they_are_too_many_is_asked_one_by_one(
    scripted: str, clock: MovableClock
) -> None:
    ids = ["0" * 22, "1" * 22]
    one, other = (found(of, {"artist": {"id": MBID, "name": of}}) for of in ids)
    for many in ((200, one, ""), (431, "", "")):
        Scripted.answers[:] = [many, (200, one, ""), (200, other, "")]
        asked = MusicBrainzClient(service_at(scripted, clock))
        assert asked.matches(ids) == {of: [Match(MBID, of)] for of in ids}


@pytest.mark.parametrize("told", [{}, {"error": "later"}, {"urls": None}])
def test_an_answer_that_is_about_no_address_leaves_nobody_unknown(
    scripted: str, clock: MovableClock, told: Any
) -> None:
    Scripted.answers[:] = [(200, told, "")] * 2
    with pytest.raises(Malformed):
        MusicBrainzClient(service_at(scripted, clock)).matches(["0" * 22, "1" * 22])


def test_whom_an_address_led_to_once_is_not_whom_it_leads_to(scripted: str, clock: MovableClock) -> None:
    before, since = ({"artist": {"id": MBID.replace("a", nth)}, "ended": nth == "b"} for nth in "bc")
    asked = MusicBrainzClient(service_at(scripted, clock))
    for relations, mbid in (([before, since], MBID.replace("a", "c")), ([before], MBID.replace("a", "b"))):
        Scripted.answers[:] = [(200, found("0" * 22, *relations), "")]
        assert asked.matches(["0" * 22]) == {"0" * 22: [Match(mbid, "")]}


def test_a_name_is_the_same_in_the_signs_of_print_and_of_a_typewriter() -> None:
    for printed, typed in (
        ("Guns N\u2019 Roses", "Guns n' Roses"),
        ("JAY\u2010Z", "JAY-Z"),
        ("\u201cIn\u2026\u201d", '"In..."'),
        ("Beyonc\u00e9", "Beyonce\u0301"),
    ):
        assert Match(MBID, printed).is_called(typed)
    assert not Match(MBID, "Guns").is_called("Guns N' Roses")


def test_wikidata_tells_what_is_said_in_english_and_known(scripted: str, clock: MovableClock) -> None:
    entity = "http://www.wikidata.org/entity/Q1"

    def row(artist: str = entity, **said: dict[str, str]) -> dict[str, Any]:
        return {"artist": {"type": "uri", "value": artist}, "id": {"type": "literal", "value": "0" * 22}, **said}

    rows = [
        row(genre={"type": "literal", "xml:lang": "en", "value": "Zeuhl"}),
        row(genre={"type": "literal", "xml:lang": "de", "value": "Kosmische Musik"}),
        row(genre={"type": "bnode", "value": "t12"}, country={"type": "bnode", "value": "ab"}),
        row(genre={"type": "uri", "value": "http://www.wikidata.org/.well-known/genid/7"}),
        row(entity.replace("http:", "https:"), country={"type": "typed-literal", "datatype": "string", "value": "FR"}),
    ]
    Scripted.answers[:] = [(200, {"results": {"bindings": rows}}, "")]
    told = WikidataClient(service_at(scripted, clock)).tags(["0" * 22])
    assert told == {"0" * 22: ArtistTags((Genre("zeuhl"),), "FR")}


def test_a_genre_that_wikidata_calls_otherwise_is_the_one_of_musicbrainz(scripted: str, clock: MovableClock) -> None:
    said = ["Rock music", "hip-hop", "rhythm and blues", "children's music", "krautrock"]
    rows = [
        {"id": {"type": "literal", "value": "0" * 22}, "genre": {"type": "literal", "xml:lang": "en", "value": name}}
        for name in said
    ]
    Scripted.answers[:] = [(200, {"results": {"bindings": rows}}, "")]
    told = WikidataClient(service_at(scripted, clock)).tags(["0" * 22])["0" * 22]
    assert [genre.name for genre in told.genres] == ["children's music", "hip hop", "krautrock", "r&b", "rock"]
