"""What a listener likes on a given day, and what they put on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from itertools import repeat
from random import Random
from typing import Literal

from brapped_assets.demo.backgrounds import genre_of
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.music import Track

# How many days each favourite stays one: some are a fad, some are for life.
FAVOURITE_DAYS = (14, 21, 21, 30, 45, 60, 60, 90, 120, 180, 270, 365, 730, 3650)
# Of an artist of any kind, and of one of some genres.
TRIES, MOST_TRIES = 20, 100
PLAYLISTS = 6
PLAYLIST_LENGTH = 40
Kind = Literal["album", "playlist", "artist", "repeat", "loose", "local"]
KINDS: dict[Kind, float] = {"playlist": 34, "album": 26, "artist": 13, "repeat": 7, "loose": 18, "local": 2}


@dataclass(frozen=True)
class Leaning:
    """What sets somebody apart. Without any of it they hear of all music alike, at the hours that most people listen.

    They come across artists of `genres` (by `backgrounds.genre_of`; none named: any), and in `strays` of all cases
    across others. `found` of what they play loosely is found, the rest are favourites.
    """

    genres: frozenset[str] = frozenset()
    strays: float = 0.15
    found: float = 0.6
    kinds: Mapping[Kind, float] = field(default_factory=lambda: KINDS)
    hours_later: int = 0
    plays_per_day: float = 60


LIKE_EVERYBODY = Leaning()


@dataclass(frozen=True)
class Queue:
    """What was put on: the tracks one after another, and the context Spotify would report for them."""

    tracks: Iterator[Track]
    context: dict[str, str] | None
    shuffle: bool = False


class Taste:
    """A listener's favourites, playlists and habits: a function of the seed and the day."""

    def __init__(self, catalogue: Catalogue, seed: str, leaning: Leaning = LIKE_EVERYBODY) -> None:
        self._catalogue = catalogue
        self._leaning = leaning
        self._seed = seed
        self._genre = lru_cache(maxsize=None)(partial(genre_of, catalogue.seed))
        self.favourites = lru_cache(maxsize=4000)(self._favourites)
        self.playlist = lru_cache(maxsize=1000)(self._playlist)

    def put_on(self, rng: Random, day: date) -> Queue:
        """A queue for one session; every choice beyond taste comes from `rng`."""
        kind = rng.choices(list(self._leaning.kinds), list(self._leaning.kinds.values()))[0]
        match kind:
            case "album":
                album, tracks = rng.choice(self._catalogue.released(self._favourite(rng, day), day))
                return Queue(iter(tracks), {"type": "album", "uri": f"spotify:album:{album.id}"})
            case "artist":
                number = self._favourite(rng, day)
                context = {"type": "artist", "uri": f"spotify:artist:{self._catalogue.artist_at(number).id}"}
                return Queue((self._track_of(rng, number, day) for _ in repeat(None)), context)
            case "playlist":
                number = rng.randrange(PLAYLISTS)
                listed = self.playlist(number, day.toordinal() // 30)
                shuffle = rng.random() < 0.6
                order = rng.sample(listed, len(listed)) if shuffle else listed
                context = {
                    "type": "playlist",
                    "uri": f"spotify:playlist:{self._catalogue.ids.make('playlist', number)}",
                }
                return Queue(iter(order), context, shuffle)
            case "repeat":
                return Queue(repeat(self._song_of_the_week(day), rng.randint(3, 14)), None)
            case "local":
                return Queue(iter(rng.sample(self._catalogue.local_tracks, 6)), None)
            case "loose":
                return Queue((self._anything(rng, day) for _ in repeat(None)), None)

    def _favourites(self, day: date) -> tuple[int, ...]:
        """The numbers of the favourite artists of a day, the fads first."""
        chosen = []
        for slot, days in enumerate(FAVOURITE_DAYS):
            era = (day.toordinal() + 17 * slot) // days
            # As of the day the era began, or the favourite would change when somebody new makes a debut.
            began = date.fromordinal(max(1, era * days - 17 * slot))
            chosen.append(self._heard_of(Random(f"{self._seed}/favourite/{slot}/{era}"), began))
        return tuple(chosen)

    def _playlist(self, number: int, month: int) -> tuple[Track, ...]:
        """A playlist as it stood in a month (of thirty days): less than half favourites, the rest found."""
        rng = Random(f"{self._seed}/playlist/{number}/{month}")
        day = date.fromordinal(max(1, month * 30))
        return tuple(self._anything(rng, day) for _ in range(PLAYLIST_LENGTH))

    def _song_of_the_week(self, day: date) -> Track:
        rng = Random(f"{self._seed}/song/{day.toordinal() // 7}")
        return self._track_of(rng, self._favourite(rng, day), day)

    def _anything(self, rng: Random, day: date) -> Track:
        found = rng.random() < self._leaning.found
        return self._track_of(rng, self._heard_of(rng, day) if found else self._favourite(rng, day), day)

    def _favourite(self, rng: Random, day: date) -> int:
        favourites = self.favourites(day)
        # The square root leans towards the end of the list: what lasts is heard most.
        return favourites[int(len(favourites) * rng.random() ** 0.5)]

    def _heard_of(self, rng: Random, day: date) -> int:
        """An artist with a release by that day whom this listener leans to; the first of all if hardly any is known."""
        genres = self._leaning.genres
        wanted = genres if genres and rng.random() >= self._leaning.strays else frozenset()
        for _ in range(MOST_TRIES if wanted else TRIES):
            number = rng.randrange(self._catalogue.size)
            if self._catalogue.debuted(number, day) and (not wanted or self._genre(number) in wanted):
                return number
        return 0

    def _track_of(self, rng: Random, number: int, day: date) -> Track:
        tracks = [track for _, album in self._catalogue.released(number, day) for track in album]
        # The power makes hits: an artist's first tracks are heard far more often than the last.
        return tracks[int(len(tracks) * rng.random() ** 1.6)]
