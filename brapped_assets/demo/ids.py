"""Ids in Spotify's form that carry their own key, so that looking one up needs no index of everything."""

import hashlib
from typing import Literal

Kind = Literal["artist", "album", "track", "twin", "playlist", "gone"]
KINDS: tuple[Kind, ...] = ("artist", "album", "track", "twin", "playlist", "gone")
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 22


class Ids:
    """Base62 ids of 22 characters, a different set for every seed.

    An id is a keyed digest of (kind, artist, album, track) followed by those numbers, masked by the digest:
    it looks random, and only whoever knows the seed can read the numbers back.
    """

    def __init__(self, seed: str) -> None:
        self._key = hashlib.blake2b(seed.encode(), digest_size=32).digest()

    def make(self, kind: Kind, artist: int, album: int = 0, track: int = 0) -> str:
        plain = bytes([KINDS.index(kind)]) + artist.to_bytes(4) + bytes([album]) + track.to_bytes(2)
        digest = self._digest(plain)
        return base62(int.from_bytes(digest + _xor(plain, self._digest(digest))), LENGTH)

    def read(self, text: str) -> tuple[Kind, int, int, int] | None:
        """The (kind, artist, album, track) behind an id; None when this seed never made it."""
        if not is_base62(text):
            return None
        number = 0
        for letter in text:
            number = number * 62 + ALPHABET.index(letter)
        if number >= 1 << 128:
            return None
        whole = number.to_bytes(16)
        plain = _xor(whole[8:], self._digest(whole[:8]))
        if self._digest(plain) != whole[:8]:
            return None
        return KINDS[plain[0]], int.from_bytes(plain[1:5]), plain[5], int.from_bytes(plain[6:8])

    def _digest(self, message: bytes) -> bytes:
        return hashlib.blake2b(message, key=self._key, digest_size=8).digest()


def base62(number: int, length: int) -> str:
    """The lowest `length` base62 digits of a number."""
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))


def is_base62(text: str) -> bool:
    """Whether the text has the form of a Spotify id."""
    return len(text) == LENGTH and text.isascii() and text.isalnum()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
