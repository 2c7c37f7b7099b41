"""The static report: the cards and the lists of a period as one HTML file that asks nobody for anything."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from brapped_assets.insights import overview
from brapped_assets.insights.cover_cache import Covers, Picture
from brapped_assets.insights.cover_colours import scheme
from brapped_assets.insights.how_counted.wrapped import FORMULAS
from brapped_assets.insights.periods import Period
from brapped_assets.insights.rule_comparison import SHORT, WORDS
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped import Card, Row, cards, numbers, pictures
from brapped_assets.insights.wrapped.charts import Asked
from brapped_assets.insights.wrapped.model import Kind, Numbers
from brapped_assets.rendering.accents import accents_rule
from brapped_assets.text.formatting import minutes, spotify_link
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection

STATIC = Path(__file__).parent / "static"
STYLES, SCRIPTS = (
    ("base.css", "wrapped.css", "report.css"),
    ("words.js", "fit.js", "picture.js", "sending.js", "wrapped.js"),
)
MOST_BYTES = 1_500_000
# Of them for cards and lists: a full year takes half of it.
MOST_TEXT = 300_000
# A side of a picture; with six large ones and a hundred small ones a file still fits into a mail.
MOST_PIXELS = 480
LONGEST_LIST = 50
# Letters come along; what else nothing in the file shows, and would be asked for elsewhere, stays out.
LETTERS = re.compile(r"url\((vendor/[a-z-]+\.woff2)\)")
ELSEWHERE = re.compile(r"[^{}]*\{[^{}]*url\((?!vendor/)[^{}]*\}")
POLICY = (
    "default-src 'none'; img-src data: blob:; font-src data:; style-src '{style}'; script-src '{script}'; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Report:
    """`html` is the file, `plays` its period's, `rows` the lines of its lists, `preview` some of them in Markdown."""

    html: bytes
    period: Period
    plays: int
    rows: int
    preview: str
    is_filtered: bool = False

    @property
    def file_name(self) -> str:
        """Named after the time it is about, which "this year" is not."""
        return f"brapped-{self.period.file_name}{'-filtered' if self.is_filtered else ''}.html"

    @property
    def sha256(self) -> str:
        return sha256(self.html).hexdigest()


class Places:
    """Names lead to Spotify's pages; covers are in the file itself, until it would grow too large."""

    def __init__(self, covers: Covers | None, urls: Mapping[tuple[Kind, int], str], room: int) -> None:
        self._covers, self._urls, self._room = covers, urls, room
        self._inlined: dict[tuple[str, int], str | None] = {}

    def href(self, row: Row) -> str | None:
        return spotify_link(row.spotify_id, row.kind) if row.spotify_id else None

    def plays(self, _asked: Asked) -> str | None:
        """A file has no page for them."""
        return None

    def cover(self, row: Row, side: int) -> str | None:
        url = self._urls.get((row.kind, row.key)) if row.key is not None else None
        if url is None or self._covers is None:
            return None
        if (url, side) not in self._inlined:
            self._inlined[url, side] = _inline(self._covers.kept(url, min(side, MOST_PIXELS)))
        # Every mention of it is in the file anew.
        source = self._inlined[url, side]
        if source is None or len(source) > self._room:
            return None
        self._room -= len(source)
        return source


def build(
    templates: Environment,
    tx: Connection,
    who: Viewer,
    period: Period,
    *,
    is_demo: bool = False,
    covers: Covers | None = None,
    filters: Sequence[str] = (),
) -> Report:
    """The report of a period; the same data give the same bytes. `who` must have played something, ever.

    `filters` say in words which plays alone `who` sees.
    Of `covers` those come along that are on the disk already, as many as fit: whoever makes a file asks nobody.
    """
    found = numbers(tx, who, period)
    told = cards(found)
    urls = pictures(tx, told)
    style, script = "\n".join([_style(), *_accents(told, covers, urls)]), _script()
    lists = {
        "artists": overview.top(tx, who, period, "artists", "plays", limit=LONGEST_LIST),
        "songs": overview.top(tx, who, period, "tracks", "plays", limit=LONGEST_LIST),
    }
    months = overview.months(overview.days(who, period))
    values = {
        "policy": POLICY.format(style=_hash(style), script=_hash(script)),
        # Our own files: nothing a listener or an artist wrote is in them.
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "viewer": who, "period": period, "cards": told, "lists": lists, "months": months,
        "most": max((month.ms for month in months), default=1), "formulas": FORMULAS, "gaps": who.gaps_in(period),
        "unknown_plays": found.unknown_plays,
        "rule": who.rule, "counted": _(SHORT[who.rule]), "rule_words": _(WORDS[who.rule]),
        "is_demo": is_demo, "filters": filters, "over": period.until <= who.today, "last": min(period.last, who.today),
    }  # fmt: skip
    room = MOST_BYTES - MOST_TEXT - len(style) - len(script)
    html = templates.get_template("report.html").render(**values, place=Places(covers, urls, room)).encode()
    rows = sum(len(of) for of in lists.values()) + len(months)
    return Report(html, period, found.total.plays, rows, _preview(found, lists), bool(filters))


def _accents(told: Sequence[Card], covers: Covers | None, urls: Mapping[tuple[Kind, int], str]) -> Iterator[str]:
    """Rules for cards that show a cover whose colours are known."""
    for card in told:
        url = urls.get((card.hero.kind, card.hero.key)) if card.hero and card.hero.key is not None else None
        if url and covers and (two := covers.accents(url)):
            yield accents_rule(card.key, scheme(*two))


def _inline(picture: Picture | None) -> str | None:
    return f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}" if picture else None


@cache
def _style() -> str:
    return LETTERS.sub(_inlined, ELSEWHERE.sub("", "\n".join(_text(name) for name in STYLES)))


@cache
def _script() -> str:
    return "\n".join(_text(name) for name in SCRIPTS)


def _inlined(letters: re.Match[str]) -> str:
    return f"url(data:font/woff2;base64,{b64encode((STATIC / letters[1]).read_bytes()).decode()})"


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _preview(found: Numbers, lists: Mapping[str, list[dict[str, object]]]) -> str:
    """Five artists and songs; what would break out of the table's cell is taken out of names."""

    def cell(name: object) -> str:
        return re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", " ".join(str(name).split()))

    lines = [
        f"{found.total.plays:,} plays, {minutes(found.total.ms):,} minutes",
        "",
        "| | Artists | Songs |",
        "|---|---|---|",
    ]
    for nth, (artist, song) in enumerate(zip(lists["artists"][:5], lists["songs"][:5], strict=False), 1):
        lines.append(f"| {nth} | {cell(artist['artist_name'])} | {cell(song['track_name'])} |")
    return "\n".join(lines)
