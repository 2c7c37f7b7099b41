"""The simulated MusicBrainz and Wikidata: the artists of a catalogue by their addresses at Spotify, with real quirks.

A few artists have no page, share one, were merged into another id since, or are known to Wikidata alone. Its albums are
in `releases.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from random import Random
from re import findall
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.demo.backgrounds import GENRES, background
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.names import script_of
from brapped_assets.demo.releases import FATES, Fate, Releases, relation, stable_id

Json = dict[str, Any]
MOST_RESOURCES = 100
NAMES = {
    "US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "SE": "Sweden", "CA": "Canada",
    "AU": "Australia", "BR": "Brazil", "IE": "Ireland", "IS": "Iceland", "NG": "Nigeria", "IN": "India",
    "KR": "South Korea", "EG": "Egypt", "LB": "Lebanon", "MA": "Morocco", "JP": "Japan", "BE": "Belgium",
}  # fmt: skip


class SimulatedMusicBrainz:
    """What both services know of a catalogue's artists and albums.

    `agents` are all User-Agents that came. With a `least_gap` a request that comes sooner after the one before is
    refused with 503, as MusicBrainz does. `redirects`: an id that was merged leads elsewhere (301), on this host or
    the one `redirected_to`, instead of being answered with the other id.
    """

    def __init__(self, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self.catalogue = catalogue
        self.releases = Releases(catalogue)
        self.agents: set[str] = set()
        self.least_gap: timedelta | None = None
        self.redirects = False
        self.redirected_to = ""
        self.refused = 0
        self._clock = clock
        self._latest: datetime | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/ws/2/url", self._url),
            Route("/ws/2/artist/{mbid}", self._artist),
            Route("/ws/2/release/{mbid}", self._release),
            Route("/sparql", self._sparql),
        ]

    async def _url(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        asked = request.query_params.getlist("resource")
        if not asked or len(asked) > MOST_RESOURCES:
            return JSONResponse({"error": "Invalid resource parameters"}, 400)
        found = [(self.releases.url if "/album/" in one else self.url)(one.rpartition("/")[2]) for one in asked]
        known = [one for one in found if one is not None]
        if len(asked) == 1:
            return JSONResponse(known[0]) if known else JSONResponse({"error": "Not Found"}, 404)
        return JSONResponse({"url-count": len(known), "url-offset": 0, "urls": known})

    async def _artist(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        mbid = request.path_params["mbid"]
        number = self._by_mbid.get(mbid)
        if number is None:
            return JSONResponse({"error": "Not Found", "help": "For usage, please see: …"}, 404)
        if self.redirects and mbid != self.mbid(number):
            return RedirectResponse(f"{self.redirected_to}/ws/2/artist/{self.mbid(number)}?{request.url.query}", 301)
        return JSONResponse(self.artist(number))

    async def _release(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        album_id = self.releases.by_mbid.get(request.path_params["mbid"])
        if album_id is None:
            return JSONResponse({"error": "Not Found", "help": "For usage, please see: …"}, 404)
        return JSONResponse(self.releases.release(album_id))

    async def _sparql(self, request: Request) -> Response:
        ids = findall(r'"([0-9A-Za-z]{22})"', request.query_params.get("query", ""))
        variables = ["id", "artist", "genre", "country"]
        return JSONResponse({"head": {"vars": variables}, "results": {"bindings": self.bindings(ids)}})

    def _refused(self, request: Request) -> Response | None:
        self.agents.add(request.headers.get("user-agent", ""))
        before, self._latest = self._latest, self._clock()
        if self.least_gap is None or before is None or self._latest - before >= self.least_gap:
            return None
        self.refused += 1
        return JSONResponse({"error": "Your requests are exceeding the allowable rate limit."}, 503)

    def fate(self, number: int) -> Fate:
        return FATES.get(number % 40, "known")

    def mbid(self, number: int, of: str = "artist") -> str:
        """The id under which an artist is told; `old` is that of before a merge."""
        digest = blake2b(f"{self.catalogue.seed}/{of}/{number}".encode(), digest_size=16).digest()
        return str(UUID(bytes=digest, version=4))

    def address_mbid(self, number: int) -> str:
        """The id to which an artist's address leads."""
        return self.mbid(number, "old" if self.fate(number) == "merged" else "artist")

    def number(self, spotify_id: str) -> int | None:
        """The number of an artist in the catalogue; None: nobody's id."""
        match self.catalogue.ids.read(spotify_id):
            case ("artist", number, _, _) if number < self.catalogue.size:
                return int(number)
        return None

    def artist(self, number: int) -> Json:
        """`/ws/2/artist/MBID?inc=genres+tags`."""
        artist, rng = self.catalogue.artist_at(number), Random(f"{self.catalogue.seed}/tags/{number}")
        country, names = background(rng, number)
        many = 0 if self.fate(number) == "bare" else rng.randint(1, len(names))
        genres = [{"id": stable_id(name), "name": name, "disambiguation": "", "count": 12 - 4 * place}
                  for place, name in enumerate(names[:many])]  # fmt: skip
        tags = [{"name": genre["name"], "count": genre["count"]} for genre in genres]
        is_group = rng.random() < 0.6
        told: Json = {
            "id": self.mbid(number), "name": artist.name, "sort-name": artist.name, "disambiguation": "",
            "type": "Group" if is_group else "Person", "type-id": stable_id("group" if is_group else "person"),
            "gender": None, "country": country,
            "area": {"id": stable_id(country), "name": NAMES[country], "sort-name": NAMES[country],
                     "iso-3166-1-codes": [country]},
            "life-span": {"begin": f"{artist.debut - (0 if is_group else 22)}", "end": None, "ended": False},
            "isnis": [], "ipis": [], "genres": genres, "tags": [*tags, {"name": "seen live", "count": 2}],
        }  # fmt: skip
        return told

    def url(self, spotify_id: str) -> Json | None:
        """One of `urls`, with relations; None where nobody added the address."""
        number = self.number(spotify_id)
        if number is None or self.fate(number) in {"nobody", "wikidata"}:
            return None
        artist = self.catalogue.artist_at(number)
        of = [relation("artist", self.address_mbid(number), name=artist.name, **{"sort-name": artist.name})]
        if self.fate(number) == "shared":
            other = self.catalogue.artist_at((number + 1) % self.catalogue.size).name
            of.insert(0, relation("artist", self.mbid(number, "namesake"), name=other, **{"sort-name": other}))
        address = f"https://open.spotify.com/artist/{spotify_id}"
        return {"id": stable_id(address), "resource": address, "relations": of}

    @cached_property
    def _by_mbid(self) -> dict[str, int]:
        """The number of the artist behind an id, also one that was merged; a deleted one is not here."""
        numbers = [number for number in range(self.catalogue.size) if self.fate(number) != "deleted"]
        return {self.mbid(number, of): number for number in numbers for of in ("artist", "old")}

    def bindings(self, spotify_ids: Sequence[str]) -> list[Json]:
        """What Wikidata tells of artists with these ids: a row a genre."""
        rows = []
        for spotify_id in spotify_ids:
            number = self.number(spotify_id)
            if number is None or self.fate(number) not in {"wikidata", "bare"}:
                continue
            told = self.artist(number)
            script = script_of(number)
            of = {"id": _literal(spotify_id), "artist": _literal(f"http://www.wikidata.org/entity/Q{number + 1}")}
            of["country"] = _literal(told["country"])
            rows += [{**of, "genre": {**_literal(name.title()), "xml:lang": "en"}} for name in GENRES[script][0][:2]]
        return rows


def _literal(value: str) -> Json:
    return {"type": "literal", "value": value}
