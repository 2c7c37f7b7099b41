"""What every page needs: the database, the clock, the templates, and how numbers and names are written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import compare_digest, token_urlsafe
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from brapped_assets.insights import wording
from brapped_assets.insights.covers import Covers
from brapped_assets.insights.incoming import Incoming
from brapped_assets.insights.items import key_in
from brapped_assets.insights.periods import PRESETS, Period, named
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.reading import Reading
from brapped_assets.warehouse.writing import Writing

HERE = Path(__file__).parent.parent


def environment() -> Environment:
    """Templates with autoescape on everything: names are hostile input."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(wording.FILTERS)
    return templates


@dataclass
class Site:
    """`reading` is where numbers come from; `is_demo` is said on every page.

    `writing` is what forms change things through; without it there are none. Every form of ours carries `token`.
    `incoming` takes uploads, `covers` has pictures; without them there are none.
    """

    reading: Reading
    is_demo: bool = False
    writing: Writing | None = None
    incoming: Incoming | None = None
    covers: Covers | None = None
    token: str = field(default_factory=token_urlsafe, repr=False)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    templates: Environment = field(default_factory=environment)

    def viewer(self, tx: Connection, request: Request) -> Viewer | None:
        """Whose pages are asked for: `?listener=`, else the first listener's."""
        return viewer(tx, self.clock(), key_in(request.query_params.get("listener", "")) or None)

    def close(self) -> None:
        """Let go of the database; an import under way stops."""
        if self.incoming is not None:
            self.incoming.close()
        self.reading.close()

    def holds(self, token: str) -> bool:
        """Whether a form carries our token."""
        return compare_digest(token.encode(), self.token.encode())

    def page(
        self, template: str, request: Request, who: Viewer | None, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        """One page; `who` None while nobody has connected anything."""
        html = self.templates.get_template(template).render(
            viewer=who, path=request.url.path, is_demo=self.is_demo, presets=PRESETS,
            token=self.token if self.writing else "", **values,
        )  # fmt: skip
        return HTMLResponse(html, status_code=status_code)


def period_of(request: Request, who: Viewer, *, default: str = "year") -> Period:
    """The period in the address: `?range=`; or `?first=` and `?last=`, as two dates are asked for without a script."""
    asked = request.query_params
    first_day: date = who.first_day or who.today
    of_two_dates = f"{asked['first']}..{asked['last']}" if asked.get("first") and asked.get("last") else default
    return named(asked.get("range", of_two_dates), today=who.today, first_day=first_day)
