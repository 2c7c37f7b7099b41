"""Genres, country and year of artists, by the number of the artist."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.numbering import Numbering, Numbers
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "life.sql")
LETTERS = 26


def _ints() -> Numbers:
    return np.empty(0, np.int32)


@dataclass(frozen=True)
class ArtistTraits:
    """What is known of artists.

    `genres` are names by number; `artist` and `genre` are numbers, one pair for each genre of an artist. By the number
    of an artist: `country` as `country_number` has it, and `began`, the year; 0 where it is not known.
    """

    genres: tuple[str, ...] = ()
    artist: Numbers = field(default_factory=_ints)
    genre: Numbers = field(default_factory=_ints)
    country: Numbers = field(default_factory=_ints)
    began: Numbers = field(default_factory=_ints)

    def refreshed(self, tx: Connection, artists: Numbering, keys: NDArray[np.integer]) -> "ArtistTraits":
        """With the artists of these keys, which are among `artists`, as they are known now."""
        country, began = _grown(self.country, len(artists)), _grown(self.began, len(artists))
        if len(keys) == 0:
            return ArtistTraits(self.genres, self.artist, self.genre, country, began)
        wanted = {"keys": keys.tolist()}
        at = artists.numbers(keys)
        country[at] = began[at] = 0
        for row in tx.execute(q.origins, wanted).fetchall():
            number = artists.numbers(np.array([row["artist_key"]]))[0]
            country[number], began[number] = country_number(row["country"] or ""), row["began"] or 0
        number_of = {name: number for number, name in enumerate(self.genres)}
        pairs = [
            (row["artist_key"], number_of.setdefault(row["genre"], len(number_of)))
            for row in tx.execute(q.genres, wanted).fetchall()
        ]
        stays = ~np.isin(self.artist, at)
        new = np.array(pairs, np.int64).reshape(-1, 2)
        return ArtistTraits(
            tuple(number_of),
            np.concatenate([self.artist[stays], artists.numbers(new[:, 0])]),
            np.concatenate([self.genre[stays], new[:, 1].astype(np.int32)]),
            country,
            began,
        )


def country_number(code: str) -> int:
    """A number for two letters; 0 for none."""
    if len(code) != 2:  # noqa: PLR2004  # letters
        return 0
    first, second = (ord(letter) - ord("A") for letter in code)
    return 1 + first * LETTERS + second


def country_code(number: int) -> str:
    """The two letters of a number above 0."""
    first, second = divmod(number - 1, LETTERS)
    return chr(first + ord("A")) + chr(second + ord("A"))


def _grown(column: Numbers, many: int) -> Numbers:
    return np.concatenate([column, np.zeros(many - len(column), np.int32)])
