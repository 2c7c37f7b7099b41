"""Pictures of albums and artists: fetched once from Spotify's image hosts, kept on disk, never in the database.

Their colours and their smaller versions lie beside them.
"""

import hashlib
import os
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from brapped_assets.insights import cover_colours
from brapped_assets.insights.cover_colours import Colour
from brapped_assets.warehouse.db.urls import is_this_machine

HOSTS = re.compile(r"(i|mosaic)\.scdn\.co|image-cdn-[a-z0-9-]+\.spotifycdn\.com")
MOST_BYTES = 1024**2
TIMEOUT_SECONDS = 5.0
# A few thousand pictures of 640 x 640.
MOST_BYTES_KEPT = 256 * 1024**2
# A picture that could not be had is not asked for again for so long.
PAUSE_SECONDS = 600.0
MOST_PAUSES = 10_000
# By what a file begins with; what a host says of it counts for nothing.
JPEG, PNG, WEBP, SVG = "image/jpeg", "image/png", "image/webp", "image/svg+xml"


@dataclass(frozen=True)
class Picture:
    """Bytes as they came, and what they are."""

    content: bytes
    media_type: str


class Covers:
    """Pictures kept under `folder`, each under the hash of its URL.

    `account_url` is where a simulated account may live: pictures of its own, drawn as SVG, come from there. A demo
    may find another port free than at the start before; its pictures keep the address they had.
    """

    def __init__(self, folder: Path, account_url: str | None = None, *, most_bytes_kept: int = MOST_BYTES_KEPT) -> None:
        self._folder = folder
        self._account = _origin(account_url) if account_url and _is_here(account_url) else None
        self._most_bytes_kept = most_bytes_kept
        self._pauses: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def picture(self, url: str, side: int | None = None) -> Picture | None:
        """The picture at a URL that the warehouse names; None when it may not or cannot be had. Asks for it once.

        With `side`, no side of it is longer than so many pixels.
        """
        if (kept := self.kept(url, side)) is not None:
            return kept
        place = self._now_at(url)
        if not self._is_allowed(place) or self._pauses.get(url, 0) > time.monotonic():
            return None
        content = _fetched(place)
        picture = _recognised(content, is_ours=_origin(place) == self._account) if content else None
        if picture is None:
            self._pause(url)
            return None
        self._keep(self._place(url), picture.content)
        return self.kept(url, side) or picture

    def accents(self, url: str) -> tuple[Colour, Colour] | None:
        """Two colours of a picture that is on the disk already: found once, kept beside it."""
        place = self._place(url).with_suffix(".colours")
        with suppress(OSError, UnicodeDecodeError):
            return cover_colours.read(place.read_text("ascii"))
        picture = self.kept(url)
        if picture is None:
            return None
        found = cover_colours.accents(picture.content)
        self._keep(place, " ".join(map(cover_colours.written, found or ())).encode())
        return found

    def kept(self, url: str, side: int | None = None) -> Picture | None:
        """The picture at a URL, if it is on the disk already; nobody is asked for it. A smaller one is made once."""
        place = self._place(url)
        small = place.with_suffix(f".{side}")
        if side is not None and (made := _read(small)) is not None:
            return made
        whole = _read(place)
        if side is None or whole is None or whole.media_type == SVG:
            return whole
        content = cover_colours.smaller(whole.content, side)
        if content is None:
            return whole
        self._keep(small, content)
        return Picture(content, JPEG)

    def _place(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode()).hexdigest()

    def _now_at(self, url: str) -> str:
        """Where a picture is today: one of a simulated account is where the account is."""
        if self._account is None or not _is_here(url):
            return url
        scheme, where = self._account
        return urlsplit(url)._replace(scheme=scheme, netloc=where).geturl()

    def _is_allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        is_spotify = parts.scheme == "https" and parts.netloc == parts.hostname and HOSTS.fullmatch(parts.netloc)
        return bool(is_spotify) or (self._account is not None and _origin(url) == self._account)

    def _pause(self, url: str) -> None:
        with self._lock:
            self._pauses[url] = time.monotonic() + PAUSE_SECONDS
            if len(self._pauses) > MOST_PAUSES:
                self._pauses.popitem(last=False)

    def _keep(self, place: Path, content: bytes) -> None:
        """Write a picture whole or not at all, private, and let the oldest go. A full disk only costs the next look."""
        partial = place.with_name(f"{uuid4().hex}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)
            partial.replace(place)
            with self._lock:
                self._let_the_oldest_go()
        except OSError:
            partial.unlink(missing_ok=True)

    def _let_the_oldest_go(self) -> None:
        entries = [(entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in os.scandir(self._folder)]
        too_much = sum(size for _, size, _ in entries) - self._most_bytes_kept
        for _, size, path in sorted(entries):
            if too_much <= 0:
                break
            Path(path).unlink(missing_ok=True)
            too_much -= size


def _read(place: Path) -> Picture | None:
    try:
        return _recognised(place.read_bytes(), is_ours=True)
    except OSError:
        return None


def _fetched(url: str) -> bytes | None:
    """The body, when it comes as it should: at once, from there, and not too long."""
    until = time.monotonic() + TIMEOUT_SECONDS
    try:
        answer = requests.get(url, stream=True, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        with closing(answer):
            if answer.status_code != requests.codes.ok:
                return None
            content = b""
            for chunk in answer.iter_content(1 << 16):
                content += chunk
                if len(content) > MOST_BYTES or time.monotonic() > until:
                    return None
            return content
    except (requests.RequestException, OSError):
        return None


def _recognised(content: bytes, *, is_ours: bool) -> Picture | None:
    beginnings: Sequence[tuple[bytes, str]] = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
    for beginning, media_type in beginnings:
        if content.startswith(beginning):
            return Picture(content, media_type)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Picture(content, WEBP)
    return Picture(content, SVG) if is_ours and content.startswith(b"<svg ") else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname
    return host is not None and is_this_machine(host)
