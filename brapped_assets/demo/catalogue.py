"""A record shop made from a seed: artists, albums and tracks, always the same and made only when asked for."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from brapped_assets.demo import editions, names
from brapped_assets.demo.ids import Ids
from brapped_assets.demo.music import Album, Artist, Track

GENRES = ("indie pop", "bollywood", "k-pop", "ambient", "house", "indie rock", "jazz", "hip hop", "folk", "arab pop")
LOCAL_TRACKS = 12
# Half of all artists had recorded something before streaming began, so nobody's first day lacks music.
FIRST_DEBUT, STREAMING, LAST_DEBUT = 1958, 2006, 2032

Discography = tuple[tuple[Album, tuple[Track, ...]], ...]


class Catalogue:
    """`artists` artists with two to six releases each, all of it a function of the seed.

    Whatever is looked up by id, number or date is made on the spot and kept: 4,000 artists cost nothing
    until they are heard (measured: about 1 ms for an artist's whole discography).
    """

    def __init__(self, seed: str = "brapped", artists: int = 400) -> None:
        self.seed = seed
        self.size = artists
        self.ids = Ids(seed)
        self.artist_at = lru_cache(maxsize=None)(self._artist_at)
        self.discography = lru_cache(maxsize=None)(self._discography)
        self.local_tracks = tuple(self._local_track(number) for number in range(LOCAL_TRACKS))

    def artist(self, artist_id: str) -> Artist | None:
        match self.ids.read(artist_id):
            case ("artist", number, _, _) if number < self.size:
                return self.artist_at(number)
        return None

    def album(self, album_id: str) -> Album | None:
        match self.ids.read(album_id):
            case ("album", number, album, _) if number < self.size:
                return self.discography(number)[album][0]
        return None

    def tracks_of(self, album_id: str) -> tuple[Track, ...]:
        """The tracks of an album in their order; empty when there is no such album."""
        match self.ids.read(album_id):
            case ("album", number, album, _) if number < self.size:
                return self.discography(number)[album][1]
        return ()

    def track(self, track_id: str) -> Track | None:
        """The track an id answers with, which for a relinked id is one with another id."""
        match self.ids.read(track_id):
            case ("track" | "twin", number, album, track) if number < self.size:
                return self.discography(number)[album][1][track]
        return None

    def released(self, number: int, day: date) -> Discography:
        """What the artist with this number has released up to and including a day; never less than the debut."""
        first, *others = self.discography(number)
        return first, *(release for release in others if release[0].released <= day)

    def debuted(self, number: int, day: date) -> bool:
        """Whether the artist's first release lies in an earlier year."""
        return self.artist_at(number).debut < day.year

    def _artist_at(self, number: int) -> Artist:
        rng = Random(f"{self.seed}/artist/{number}")
        popularity = round(100 * rng.random() ** 2)
        old = number % 2 == 0
        return Artist(
            id=self.ids.make("artist", number),
            name=names.artist_name(rng, names.script_of(number)),
            debut=rng.randrange(FIRST_DEBUT, STREAMING) if old else rng.randrange(STREAMING, LAST_DEBUT),
            # Spotify leaves most artists without genres today (facts, section 3).
            genres=tuple(sorted(rng.sample(GENRES, rng.randint(1, 3)))) if rng.random() < 0.15 else (),
            popularity=popularity,
            followers=int(10 ** (popularity / 14)),
        )

    def _discography(self, number: int) -> Discography:
        rng = Random(f"{self.seed}/albums/{number}")
        day = date(self.artist_at(number).debut, 1, 1) + timedelta(days=rng.randrange(360))
        releases: list[tuple[Album, tuple[Track, ...]]] = []
        to_come = editions.kind_of(number)
        for place in range(rng.randint(2, 6)):
            kind = "album" if place == 0 else rng.choices(["album", "single", "compilation"], [5, 4, 1])[0]
            album = self._album(rng, number, place, kind=kind, day=day)
            edition = to_come if kind == "album" and releases and album.total_tracks >= len(releases[0][1]) else None
            if edition:
                to_come, album = None, editions.named(edition, album, releases[0][0])
            earlier = [track for _, tracks in releases for track in tracks]
            tracks = []
            for position in range(album.total_tracks):
                # Singles and compilations bring recordings out again: other ids, same ISRC.
                again = kind == "compilation" or (kind == "single" and position == 0)
                source = rng.choice(earlier) if again else self._recording(rng, number, album, place, position)
                if edition and position < len(releases[0][1]):
                    source = editions.song_of(edition, releases[0][1][position], source)
                tracks.append(self._release(rng, (number, place, position), album, source))
            releases.append((album, tuple(tracks)))
            day += timedelta(days=rng.randint(120, 1400))
        return tuple(releases)

    def _album(self, rng: Random, number: int, place: int, *, kind: str, day: date) -> Album:
        artist = self.artist_at(number)
        name = names.title(rng, names.script_of(number))
        precision = rng.choice(["year", "year", "month", "day"]) if day.year < 1990 else "day"
        if precision != "day":
            day = day.replace(month=1 if precision == "year" else day.month, day=1)
        return Album(
            id=self.ids.make("album", number, place),
            name=f"The Best of {artist.name}" if kind == "compilation" else name,
            artists=(artist,),
            album_type=kind,
            released=day,
            release_date_precision=precision,
            total_tracks={"album": rng.randint(8, 14), "single": rng.randint(1, 3), "compilation": 12}[kind],
            label=f"{rng.choice(names.SECOND)} Records",
            upc=f"{rng.randrange(10**12):012}",
            popularity=max(0, artist.popularity - rng.randint(0, 30)),
        )

    def _recording(self, rng: Random, number: int, album: Album, place: int, position: int) -> Track:
        """Something new: what stays the same however often it is released."""
        guests = self._guests(rng, number)
        name = names.title(rng, names.script_of(number))
        if guests and rng.random() < 0.5:
            name = f"{name} (feat. {guests[0].name})"
        return Track(
            id=None,
            name=name,
            artists=(*album.artists, *guests),
            album=album,
            duration_ms=int(min(max(rng.lognormvariate(1.25, 0.25), 0.6), 14) * 60_000),
            explicit=rng.random() < 0.15,
            # Country, three-character registrant, two-digit year, five-digit designation (ISO 3901).
            isrc=f"IN{number % 4096:03X}{album.released.year % 100:02}{number // 4096}{place}{position:03}",
        )

    def _release(self, rng: Random, key: tuple[int, int, int], album: Album, recording: Track) -> Track:
        """A recording as a track of an album."""
        popularity = max(0, album.artists[0].popularity - rng.randint(0, 40))
        other_id = rng.random()
        return replace(
            recording,
            id=self.ids.make("track", *key),
            album=album,
            track_number=key[2] + 1,
            disc_number=1,
            popularity=popularity,
            relinked_from=self.ids.make("twin", *key) if other_id < 0.03 else None,
            gone=self.ids.make("gone", *key) if 0.03 <= other_id < 0.035 else None,
        )

    def _guests(self, rng: Random, number: int) -> tuple[Artist, ...]:
        count = rng.choices([0, 1, 2], [80, 16, 4])[0] if self.size > 2 else 0
        others = {rng.randrange(self.size) for _ in range(count)} - {number}
        return tuple(self.artist_at(other) for other in sorted(others))

    def _local_track(self, number: int) -> Track:
        rng = Random(f"{self.seed}/local/{number}")
        artist = Artist(id=None, name=names.artist_name(rng, "latin"))
        album = Album(id=None, name=rng.choice(["Demo Tape", "Mixtape: Side A/B", ""]), artists=())
        return Track(
            id=None,
            name=names.title(rng, "latin"),
            artists=(artist,),
            album=album,
            duration_ms=rng.randrange(95, 320) * 1000,
        )
