"""A page as a file to save, which cannot say above itself what of its address was not understood."""

from collections.abc import Iterator
from itertools import chain

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from brapped_assets.insights.periods import NotAPeriod, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _
from brapped_assets.web.address import period_asked_for, period_of


def with_plays(who: Viewer | None) -> Viewer:
    """The listener whose table is saved. Raises HTTPException (404) where nothing was played yet."""
    if who is None or who.first_day is None:
        raise HTTPException(404, _("Nothing was played yet, so there is nothing to save."))
    return who


def period_of_file(request: Request, who: Viewer, *, default: str = "year") -> Period:
    """As `period_asked_for`, and refuses what was misread."""
    try:
        found = period_asked_for(request, who, default=default)
    except NotAPeriod as error:
        raise HTTPException(404, str(error)) from None
    period_of(request, who, default=default)
    refuse_misread(request)
    return found


def refuse_misread(request: Request) -> None:
    """Raises HTTPException for what a page would say of its address above itself."""
    if misread := getattr(request.state, "misread", ""):
        raise HTTPException(404, _("%(misread)s A file could not say so: mend the address.", misread=misread))


def csv_download(request: Request, pieces: Iterator[bytes], name: str) -> Response:
    """A file of this name as its pieces come: first the line of titles, then rows. Refuses what was misread.

    What cannot be read at all is a page that says so, and no broken file: a piece with rows is read before the answer
    begins.
    """
    refuse_misread(request)
    begun = [next(pieces), next(pieces, b"")]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(chain(begun, pieces), media_type="text/csv; charset=utf-8", headers=headers)
