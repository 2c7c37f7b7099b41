"""`/settings/token`: read tokens made and revoked by the gear. A token is shown once, as the answer to the form."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights.items import key_in
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.errors import TooManyTokens
from brapped_assets.warehouse.listeners import listeners
from brapped_assets.warehouse.read_tokens import LONGEST_NAME, SCOPES, ReadToken, Scope
from brapped_assets.web.address import root_of
from brapped_assets.web.forms import LACKS, posted
from brapped_assets.web.site import Site

WORDS: dict[Scope, str] = {
    "totals": N_("totals and series"),
    "lists": N_("lists, items and Wrapped"),
    "plays": N_("every play"),
    "pieces": N_("badge, card and widget"),
    "metrics": N_("metrics of the machinery"),
}
# The form names what a token opens as `opens-SCOPE`.
OPENS = "opens-"


def routes(site: Site) -> list[Route]:
    async def make(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        listener_id = key_in(fields.get("listener", ""))
        scopes = tuple(scope for scope in SCOPES if fields.get(f"{OPENS}{scope}") == "yes")
        name = cleaned(fields.get("name", ""))
        if not listener_id or not scopes or not name:
            raise HTTPException(400, _("A token needs a name, and something that it opens. Go back and say both."))
        token = await run_in_threadpool(_make, site, listener_id, name, scopes)
        request.app.state.gate.forget()
        answer = await run_in_threadpool(_shown, site, request, token, name, scopes)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def revoke(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        token_id = key_in(fields.get("token_id", ""))
        if not token_id:
            raise HTTPException(400, _(LACKS))
        await run_in_threadpool(_revoke, site, token_id)
        request.app.state.gate.forget()
        return RedirectResponse(f"{root_of(request)}/settings#tokens", status_code=303)

    return [
        Route("/settings/token", make, methods=["POST"]),
        Route("/settings/token/revoke", revoke, methods=["POST"]),
    ]


def cleaned(name: str) -> str:
    """A name of bounded length, without what cannot be printed."""
    told = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(told.split())[:LONGEST_NAME].strip()


def of_listener(tx: Connection, listener_id: int) -> list[ReadToken]:
    return [one for one in read_tokens.all_tokens(tx) if one.listener_id == listener_id]


def _make(site: Site, listener_id: int, name: str, scopes: tuple[Scope, ...]) -> str:
    assert site.writing is not None
    with site.writing.transaction() as tx:
        if listener_id not in {one.listener_id for one in listeners(tx)}:
            raise HTTPException(400, _(LACKS))
        try:
            return read_tokens.make(tx, listener_id, name, scopes, site.clock())
        except TooManyTokens as error:
            raise HTTPException(409, str(error)) from None


def _shown(site: Site, request: Request, made: str, name: str, scopes: tuple[Scope, ...]) -> Response:
    with site.reading.transaction() as tx:
        who = site.viewer(tx, request)
    return site.page("token_made.html", request, who, made=made, name=name, opens=[_(WORDS[scope]) for scope in scopes])


def _revoke(site: Site, token_id: int) -> None:
    assert site.writing is not None
    with site.writing.transaction() as tx:
        read_tokens.revoke(tx, token_id)
