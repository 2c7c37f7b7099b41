"""`genres.csv` in the home: what its owner says of artists, which goes before what anybody else tells.

Columns `artist` (name, Spotify id or link), `genres` (with `;` between, the first the weightiest; `none` for none),
`country` (two letters) and `began` (a year). An empty cell leaves a thing as it is told.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path

from brapped_assets.text.plain import plain
from brapped_assets.warehouse import artist_overrides
from brapped_assets.warehouse.artist_overrides import Override
from brapped_assets.warehouse.db.connections import Transactions

FILE = "genres.csv"
COLUMNS = ("artist", "genres", "country", "began")
NONE = "none"
MOST_BYTES, MOST_LINES, MOST_GENRES, LONGEST = 4_000_000, 20_000, 5, 100
SPOTIFY_ID = re.compile(r"(?:spotify:artist:|.*/artist/)?([0-9A-Za-z]{22})(?:\?.*)?")


@dataclass(frozen=True)
class Overrides:
    """What a file says: by artist (id or name); and what is wrong with it, a sentence each."""

    said: Mapping[str, Override] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    is_there: bool = True

    @property
    def artists(self) -> int:
        return len(self.said)


def take_over(warehouse: Transactions, home: Path, now: datetime) -> Overrides:
    """Make what the home's file says hold; without a file, or with one that cannot be read, all stays as it is."""
    found = read(home / FILE)
    if found.is_there:
        with warehouse.transaction() as tx:
            artist_overrides.replace(tx, found.said, now)
    return found


def read(file: Path) -> Overrides:
    """What a file says. A line that cannot be understood is left out, and told of."""
    try:
        raw = file.read_bytes()[: MOST_BYTES + 1]
    except FileNotFoundError:
        return Overrides(is_there=False)
    except OSError as error:
        return Overrides(problems=(f"{FILE} cannot be read: {error.strerror}.",), is_there=False)
    if len(raw) > MOST_BYTES:
        return Overrides(
            problems=(f"{FILE} is larger than {MOST_BYTES // 1_000_000} MB: none of it holds.",), is_there=False
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Overrides(
            problems=(f"{FILE} is not UTF-8: save it as CSV UTF-8. What held before holds.",), is_there=False
        )
    return parse(text)


def parse(text: str) -> Overrides:
    first = text.partition("\n")[0]
    # Spreadsheets of half of Europe write semicolons; then genres stand in quotes, or with commas between.
    between = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(StringIO(text), delimiter=between))
    except csv.Error:
        return Overrides(problems=(f"{FILE} is no CSV. What held before holds.",), is_there=False)
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "artist" not in names:
        wanted = ",".join(COLUMNS)
        return Overrides(problems=(f"{FILE} begins with the line {wanted}. What held before holds.",), is_there=False)
    said: dict[str, Override] = {}
    problems: list[str] = []
    for nth, row in enumerate(rows[1 : MOST_LINES + 1], 2):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
        if not any(cells.values()):
            continue
        artist = reference(cells.get("artist", ""))
        if not artist:
            problems.append(f"{FILE}, line {nth}: no artist; it was left out.")
            continue
        override, wrong = _override(cells)
        problems += [f"{FILE}, line {nth}: {words}" for words in wrong]
        if override is not None:
            said[artist] = override
    if len(rows) > MOST_LINES + 1:
        problems.append(f"{FILE}: of {len(rows) - 1:,} lines the first {MOST_LINES:,} hold.")
    return Overrides(said, tuple(problems))


def reference(artist: str) -> str:
    """The Spotify id in a cell, or else the name."""
    found = SPOTIFY_ID.fullmatch(artist)
    return found[1] if found else artist.lstrip("'")[:1000]


def _override(cells: Mapping[str, str]) -> tuple[Override | None, list[str]]:
    wrong = []
    genres = _genres(cells.get("genres", ""))
    country: str | None = cells.get("country", "").upper() or None
    if country and not re.fullmatch("[A-Z]{2}", country):
        wrong.append(f"{plain(country)[:40]!r} is no country of two letters, such as GB; it was left out.")
        country = None
    began = cells.get("began", "")
    if began and not re.fullmatch("[12][0-9]{3}", began):
        wrong.append(f"{plain(began)[:40]!r} is no year, such as 1985; it was left out.")
        began = ""
    if genres is None and country is None and not began:
        return None, [*wrong, "nothing is said of the artist; it was left out."]
    return Override(genres, country, int(began) if began else None), wrong


def _genres(cell: str) -> list[str] | None:
    if not cell:
        return None
    names = (" ".join(plain(part).lower().split()) for part in re.split("[;,|]", cell))
    found = list(dict.fromkeys(name for name in names if name and len(name) <= LONGEST))
    return [] if found == [NONE] else found[:MOST_GENRES] or None
