"""`/static`: our own files. Under their version they never change, so a browser asks for each of them once."""

import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from brapped_assets import rendering

FOLDER = Path(rendering.__file__).parent / "static"
A_YEAR = "public, max-age=31536000, immutable"
VERSION = re.compile(r"[0-9a-f]{12}")


@cache
def version() -> str:
    """Of all files together: style sheets name fonts and pictures relative to their own address."""
    files = sorted(file for file in FOLDER.rglob("*") if file.is_file())
    told = [f"{file.relative_to(FOLDER).as_posix()} {sha256(file.read_bytes()).hexdigest()}" for file in files]
    return sha256("\n".join(told).encode()).hexdigest()[:12]


def service_worker(_request: Request) -> Response:
    """At the root, or it would be asked about pages below `/static` only; looked for again with each visit."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(FOLDER / "service_worker.js", media_type="text/javascript", headers=headers)


class OwnFiles(StaticFiles):
    """`/static/NAME` is asked for again each time, `/static/VERSION/NAME` is kept for a year.

    A page of an older program finds today's files under its version, and does not keep them.
    """

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        asked, _, name = path.partition(os.sep)
        response = await super().get_response(name if VERSION.fullmatch(asked) else path, scope)
        response.headers["Cache-Control"] = A_YEAR if asked == version() else "no-cache"
        return response
