"""The static report: the cards and the lists of a period as one HTML file that asks nobody for anything."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from brapped_assets.insights import overview
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wording import spotify_link
from brapped_assets.insights.wrapped import FORMULAS, Row, cards, numbers
from brapped_assets.insights.wrapped.numbers import Kind, Numbers
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

STATIC = Path(__file__).parent / "static"
STYLES, SCRIPTS = ("base.css", "wrapped.css", "report.css"), ("picture.js", "wrapped.js")
MOST_BYTES = 1_500_000
LONGEST_LIST = 50
# What nothing in the file shows, and would be asked for elsewhere.
ELSEWHERE = re.compile(r"[^{}]*\{[^{}]*url\([^{}]*\}")
POLICY = (
    "default-src 'none'; img-src data: blob:; style-src '{style}'; script-src '{script}'; "
    "base-uri 'none'; form-action 'none'"
)

Cover = Callable[[Kind, int], tuple[str, bytes] | None]
"""Media type and bytes of a thing's cover, when there is one."""


@dataclass(frozen=True)
class Report:
    """`html` is the file, `plays` its period's, `rows` the lines of its lists, `preview` some of them in Markdown."""

    html: bytes
    period: Period
    plays: int
    rows: int
    preview: str

    @property
    def file_name(self) -> str:
        """Named after the time it is about, which "this year" is not."""
        first = self.period.first
        name = {"year": f"{first.year}", "month": f"{first:%Y-%m}"}.get(self.period.name, self.period.name)
        return f"brapped-{name}.html"

    @property
    def sha256(self) -> str:
        return sha256(self.html).hexdigest()


class Places:
    """Names lead to Spotify's pages; covers are in the file itself, until it would grow too large."""

    def __init__(self, cover: Cover | None, room: int) -> None:
        self._cover, self._room = cover, room
        self._kept: dict[tuple[Kind, int], str | None] = {}

    def href(self, row: Row) -> str | None:
        return spotify_link(row.spotify_id, row.kind) if row.spotify_id else None

    def cover(self, row: Row) -> str | None:
        if self._cover is None or row.key is None:
            return None
        known = (row.kind, row.key)
        if known not in self._kept:
            self._kept[known] = self._inline(self._cover(*known))
        # Every mention of it is in the file anew.
        source = self._kept[known]
        self._room -= len(source or "")
        return source if self._room >= 0 else None

    @staticmethod
    def _inline(found: tuple[str, bytes] | None) -> str | None:
        return f"data:{found[0]};base64,{b64encode(found[1]).decode()}" if found else None


def build(
    templates: Environment,
    tx: Connection,
    who: Viewer,
    period: Period,
    *,
    is_demo: bool = False,
    cover: Cover | None = None,
) -> Report:
    """The report of a period; the same data give the same bytes. `who` must have played something, ever."""
    found = numbers(tx, who, period)
    style = ELSEWHERE.sub("", "\n".join(_text(name) for name in STYLES))
    script = "\n".join(_text(name) for name in SCRIPTS)
    lists = {
        "artists": overview.top(tx, who, period, "artists", "plays", limit=LONGEST_LIST),
        "songs": overview.top(tx, who, period, "tracks", "plays", limit=LONGEST_LIST),
    }
    asked = {"listener_id": who.listener_id, "first": period.first, "until": period.reach(who.today)}
    months = tx.execute(sql("insights/wrapped/months"), asked).fetchall()
    values = {
        "policy": POLICY.format(style=_hash(style), script=_hash(script)),
        # Our own files: nothing a listener or an artist wrote is in them.
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "viewer": who, "period": period, "cards": cards(found), "lists": lists, "months": months,
        "most": max((month["ms"] for month in months), default=1), "formulas": FORMULAS, "gaps": who.gaps_in(period),
        "is_demo": is_demo, "over": period.until <= who.today, "last": min(period.last, who.today),
    }  # fmt: skip
    template = templates.get_template("report.html")
    plain = template.render(**values, place=Places(None, 0))
    room = MOST_BYTES - len(plain.encode()) - 1000
    html = (template.render(**values, place=Places(cover, room)) if cover else plain).encode()
    rows = sum(len(of) for of in lists.values()) + len(months)
    return Report(html, period, found.total.plays, rows, _preview(found, lists))


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _preview(found: Numbers, lists: Mapping[str, list[dict[str, object]]]) -> str:
    """Five artists and songs; what would break out of the table's cell is taken out of names."""

    def cell(name: object) -> str:
        return re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", " ".join(str(name).split()))

    lines = [
        f"{found.total.plays:,} plays, {found.total.ms // 60_000:,} minutes",
        "",
        "| | Artists | Songs |",
        "|---|---|---|",
    ]
    for nth, (artist, song) in enumerate(zip(lists["artists"][:5], lists["songs"][:5], strict=False), 1):
        lines.append(f"| {nth} | {cell(artist['artist_name'])} | {cell(song['track_name'])} |")
    return "\n".join(lines)
