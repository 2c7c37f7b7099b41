"""As what an answer is given, and whether whoever asks has it already."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlencode

from msgspec.json import Encoder
from pydantic import BaseModel
from starlette.requests import Request

from brapped_assets import __version__
from brapped_assets.insights.api_answers.model import About, Row
from brapped_assets.insights.csv_file import MARK, lines
from brapped_assets.insights.viewer import Viewer
from brapped_assets.web.api.problems import Problem

Format = Literal["json", "csv"]
JSON, CSV = "application/json", "text/csv; charset=utf-8"
# Of a file, which has no place for an envelope: items of RFC 9651, a boolean and a decimal.
AT_LEAST, ESTIMATED = "Brapped-At-Least", "Brapped-Estimated-Share"
TYPES: dict[Format, str] = {"json": "application/json", "csv": "text/csv"}
# What belongs to a page of an answer, and not to a file, which has all of it.
OF_PAGES = frozenset({"page", "limit", "before"})
LONGEST_ACCEPT, MOST_WISHES = 1_000, 30
PLACES = 4


def format_of(request: Request, suffix: str, there: Iterable[Format]) -> Format:
    """What the address ends with, else what is wanted most of what there is; of equals JSON. Raises Problem."""
    found = [*there]
    told = f"There is {' and '.join(TYPES[one] for one in found)} here."
    if suffix:
        if suffix not in found:
            raise Problem("format", told)
        return suffix
    wishes = list(_wishes(request.headers.get("accept", "") or "*/*"))
    weights = {one: _weight(TYPES[one], wishes) for one in found}
    best = max(found, key=lambda one: weights[one])
    if not weights[best]:
        raise Problem("format", told)
    return best


def make_sure_it_is_whole(request: Request) -> None:
    """Raises Problem where a file is asked for by the page."""
    if of_page := next((name for name in request.query_params if name in OF_PAGES), None):
        raise Problem("bad-parameter", f"A file has all of it: leave {of_page} out.", parameter=of_page)


def _wishes(accept: str) -> Iterator[tuple[str, float]]:
    for wish in accept[:LONGEST_ACCEPT].split(",")[:MOST_WISHES]:
        name, *parameters = (part.strip().lower() for part in wish.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            # A wish that cannot be read is one all the same.
            weight = 1.0
        yield name, weight if 0 <= weight <= 1 else 1.0


def _weight(name: str, wishes: list[tuple[str, float]]) -> float:
    """The most exact wish decides."""
    for wanted in (name, f"{name.partition('/')[0]}/*", "*/*"):
        found = [weight for one, weight in wishes if one == wanted]
        if found:
            return found[0]
    return 0.0


# Of a model its fields.
encoded = Encoder(enc_hook=vars).encode


def table(rows: Iterable[BaseModel | Row], columns: Iterable[str]) -> bytes:
    """Rows as a file that spreadsheets open as it is meant; see `insights/csv_file.py`."""
    names = [*columns]
    by_name = (row if isinstance(row, dict) else vars(row) for row in rows)
    told = ([_cell(row[name]) for name in names] for row in by_name)
    return MARK.encode() + lines([names, *told])


def of_file(request: Request, about: About) -> dict[str, str]:
    """What the numbers of a file say of themselves; and, as RFC 8288 has it, the address that says all of it."""
    query = urlencode(request.query_params.multi_items())
    described = f"{request.url.path.removesuffix('.csv')}.json{'?' if query else ''}{query}"
    return {
        "Link": f'<{described}>; rel="alternate describedby"; type="{JSON}"',
        AT_LEAST: f"?{int(about.is_at_least)}",
        ESTIMATED: f"{about.estimated_share:.3f}",
    }


def _cell(value: Any) -> object:
    if isinstance(value, float):
        return round(value, PLACES)
    return value.isoformat() if hasattr(value, "isoformat") else value


def tag_of_version(who: Viewer, request: Request, form: Format) -> str:
    """Of numbers alone: another one once plays, songs, gaps, what is hidden, or the listener's day are others."""
    kept = who.shown.kept
    told = (
        __version__, form, request.url.path, request.url.query, who.shown.life.snapshot,
        *(sorted(getattr(kept, name)) for name in kept.__dataclass_fields__), who.gaps, who.today, who.usual_rule,
        who.preference, who.name, who.spans, who.hidden, who.last_polled_at, who.collected_since, who.data_as_of,
        who.consent_ended,
    )  # fmt: skip
    return tag_of(repr(told).encode("utf-8", "replace"))


def tag_of(content: bytes) -> str:
    return f'W/"{sha256(content).hexdigest()[:32]}"'


def has_it(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` names it; weakly, as a cache compares."""
    told = request.headers.get("if-none-match", "")
    held = {one.strip().removeprefix("W/") for one in told[:LONGEST_ACCEPT].split(",")}
    return "*" in held or tag.removeprefix("W/") in held
