"""What programs are told when they get no answer: problem details, as RFC 9457 has them."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
# What can be wrong: status and title. Each is explained on the page that describes the API.
KINDS: Mapping[str, tuple[int, str]] = {
    "unknown-parameter": (400, "There is no such parameter."),
    "bad-parameter": (400, "A parameter is not understood."),
    "bad-request": (400, "This request cannot be read."),
    "token-missing": (401, "The request brings no token."),
    "token-unknown": (401, "This token opens nothing."),
    "no-token-made": (403, "The API is off until a read token is made."),
    "scope": (403, "This token does not open that."),
    "not-found": (404, "There is nothing at this address."),
    "nothing-played": (404, "Nothing was played yet."),
    "method": (405, "This method is not answered here."),
    "format": (406, "There is no answer in a format that was asked for."),
    "too-many": (429, "This token asks too often."),
    "failed": (500, "That went wrong here."),
    "database": (503, "The database does not answer."),
}
PAGE = "/api"
TOKEN = re.compile(r"brapped_[A-Za-z0-9_-]{8,}")


class ProblemDetails(BaseModel):
    """Why there is no answer."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    type: str
    """What is wrong, as an address of the page that explains it."""
    title: str
    """What is wrong, in a sentence that is always the same."""
    status: int
    """The status of the answer."""
    detail: str
    """What is wrong this time, and what would do."""
    parameter: str | None = None
    """The parameter that is to blame, if one is."""


class Problem(Exception):
    """Raised by whatever cannot answer."""

    def __init__(
        self, kind: str, detail: str = "", *, parameter: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.title = KINDS[kind]
        super().__init__(detail or self.title)
        self.kind, self.parameter, self.headers = kind, parameter, headers or {}


def answer(problem: Problem) -> Response:
    """What looks like a token is repeated to nobody, wherever it was written."""
    details = ProblemDetails(
        type=f"{PAGE}#{problem.kind}", title=problem.title, status=problem.status, detail=_masked(str(problem)),
        parameter=_masked(problem.parameter) if problem.parameter is not None else None,
    )  # fmt: skip
    content = details.model_dump_json(exclude_none=True).encode("utf-8", "replace")
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(content, problem.status, media_type=MEDIA_TYPE, headers=headers)


def _masked(text: str) -> str:
    return TOKEN.sub("brapped_…", text)
