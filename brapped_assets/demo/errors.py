"""Error answers in the shapes of the Web API (facts, section 5)."""

import json
from dataclasses import dataclass

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: str


class ApiError(Exception):
    """A call that is answered with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


def api_error(status: int, message: str, *, reason: str | None = None, retry_after: int | None = None) -> Answer:
    """`{"error": {"status", "message"}}`, with `reason` and a `Retry-After` header where given."""
    error: dict[str, object] = {"status": status, "message": message}
    if reason is not None:
        error["reason"] = reason
    headers = {"content-type": JSON}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Answer(status, headers, json.dumps({"error": error}))


def plain_error(status: int, text: str) -> Answer:
    """The few errors that Spotify's edge writes without JSON."""
    return Answer(status, {"content-type": "text/plain; charset=utf-8"}, text)


def unauthorized(error: str, description: str) -> Answer:
    """401 as seen in 2026: one message for every cause, which only the `WWW-Authenticate` header tells apart."""
    answer = api_error(401, "Missing/invalid/expired access token")
    challenge = f'Bearer realm="spotify", error="{error}", error_description="{description}"'
    return Answer(401, {**answer.headers, "www-authenticate": challenge}, answer.body)
