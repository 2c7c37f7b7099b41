"""The table of a page as a CSV file to save."""

from collections.abc import Iterator
from itertools import chain

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _


def with_plays(who: Viewer | None) -> Viewer:
    """The listener whose table is saved. Raises HTTPException (404) where nothing was played yet."""
    if who is None or who.first_day is None:
        raise HTTPException(404, _("Nothing was played yet, so there is nothing to save."))
    return who


def csv_download(pieces: Iterator[bytes], name: str) -> Response:
    """A file of this name as its pieces come: first the line of titles, then rows.

    What cannot be read at all is a page that says so, and no broken file: a piece with rows is read before the answer
    begins.
    """
    begun = [next(pieces), next(pieces, b"")]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(chain(begun, pieces), media_type="text/csv; charset=utf-8", headers=headers)
