"""`/add`: a data export dropped on the page, how far it is, and how to get one."""

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights.items import key_in
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse import import_ledger
from brapped_assets.warehouse.listeners import listeners
from brapped_assets.web.address import root_of
from brapped_assets.web.forms import only_ours, posted
from brapped_assets.web.import_progress import CANCELLED, Progress
from brapped_assets.web.import_worker import BackgroundImport, Cancelled, Doubted, NotAsked, Occupied
from brapped_assets.web.site import Site
from brapped_assets.web.uploads import DISK_FULL, MOST_BYTES, TOO_LARGE, Upload, make_sure_it_fits, received

FULL = {errno.ENOSPC, errno.EDQUOT}
# What is said of an import that is not begun, or not stored.
REFUSED: dict[type[Exception], str] = {
    Occupied: N_("Another import is under way. Wait until it is done, then add this one."),
    NotAsked: N_("That upload waits no longer. Add the file again."),
    Doubted: N_("This may be somebody else's listening. Add it only if you are sure."),
    Cancelled: CANCELLED,
}


def routes(site: Site) -> list[Route]:
    def page(request: Request, status_code: int = 200, error: str = "") -> Response:
        with site.reading.transaction() as tx:
            who, people = site.viewer(tx, request), listeners(tx)
            again = import_ledger.files_to_read_again(tx, who.listener_id) if who else 0
        return site.page(
            "add.html", request, who, status_code=status_code, error=error, progress=_progress(site), people=people,
            again=again,
            may_add=site.incoming is not None and site.writing is not None, most_bytes=MOST_BYTES,
            too_large=_(TOO_LARGE),
        )  # fmt: skip

    def show(request: Request) -> Response:
        return page(request)

    async def add(request: Request) -> Response:
        is_script = "application/json" in request.headers.get("accept", "")
        try:
            await _take(request, site)
        except (ClientDisconnect, asyncio.CancelledError):
            # Nobody is there to read it: they left, or the program stops.
            return Response(status_code=400)
        except (HTTPException, Occupied, Cancelled, OSError) as error:
            status_code, sentence = _explained(error)
            if is_script:
                return JSONResponse({"error": sentence}, status_code)
            return await run_in_threadpool(page, request, status_code, sentence)
        return JSONResponse({}, 202) if is_script else RedirectResponse(f"{root_of(request)}/add", 303)

    def how_far(_request: Request) -> Response:
        progress = _progress(site)
        told = {"rows": progress.rows, "expected": progress.expected, "text": progress.text, "stage": progress.stage}
        return JSONResponse({"working": progress.is_working, **told})

    return [
        Route("/add", show, name="add"),
        Route("/add", add, methods=["POST"]),
        Route("/add/progress", how_far),
        *_answers(site, page),
    ]


def _answers(site: Site, page: Callable[[Request, int, str], Response]) -> list[Route]:
    """What the buttons do: store what was shown, or leave it."""

    async def store(request: Request) -> Response:
        try:
            _agree(site, await posted(request, site))
        except (NotAsked, Doubted) as error:
            return await run_in_threadpool(page, request, *_explained(error))
        return RedirectResponse(f"{root_of(request)}/add", 303)

    async def cancel(request: Request) -> Response:
        await posted(request, site)
        if site.incoming is not None:
            site.incoming.cancel()
        return RedirectResponse(f"{root_of(request)}/add", 303)

    return [
        Route("/add/store", store, methods=["POST"]),
        Route("/add/cancel", cancel, methods=["POST"]),
    ]


def _progress(site: Site) -> Progress:
    return site.incoming.progress() if site.incoming else Progress()


async def _take(request: Request, site: Site) -> None:
    """An upload to disk, and its import begun.

    Raises HTTPException, Occupied, Cancelled or OSError, and leaves nothing then.
    """
    incoming = site.incoming
    if incoming is None:
        raise HTTPException(403, _("These pages only read. Use `brapped import`."))
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, _("Only a page of this very address can add something."))
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else 0
    if announced > MOST_BYTES:
        raise HTTPException(413, _(TOO_LARGE))
    is_reserved = False

    def admit(fields: dict[str, str]) -> Path:
        """The only place for an upload: whoever has no token of ours takes it from nobody."""
        nonlocal is_reserved
        only_ours(request, site, fields.get("token", ""))
        folder = incoming.reserve()
        is_reserved = True
        make_sure_it_fits(folder, announced)
        return folder

    try:
        upload = await received(request, admit, incoming.go_on)
        _begin(incoming, upload)
    except BaseException:
        if is_reserved:
            incoming.release()
        raise


def _begin(incoming: BackgroundImport, upload: Upload) -> None:
    if not upload.files:
        raise HTTPException(400, _("Choose the zip that Spotify sent you first."))
    incoming.start(key_in(upload.fields.get("listener", "")) or None)


def _agree(site: Site, fields: dict[str, str]) -> None:
    """Store what was shown. Raises NotAsked or Doubted."""
    is_meant = fields.get("even_if_someone_elses") == "yes"
    if site.incoming is not None:
        site.incoming.store(key_in(fields.get("proposal", "")), even_if_someone_elses=is_meant)


def _explained(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return error.status_code, error.detail
    if type(error) in REFUSED:
        return 409, _(REFUSED[type(error)])
    is_full = isinstance(error, OSError) and error.errno in FULL
    return (
        (507, _(DISK_FULL))
        if is_full
        else (500, _("The file cannot be kept. See that BRAPPED_HOME may be written to."))
    )
