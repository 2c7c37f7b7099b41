"""The accounts host: the consent page and the token endpoint (facts, section 1)."""

from base64 import b64decode
from html import escape
from ipaddress import ip_address
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.tokens import TokenError

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Simulated account</title><style>
body {{ font: 18px/1.5 system-ui, sans-serif; background: #14171a; color: #eceff1; display: grid; place-items: center;
min-height: 100vh; margin: 0 }}
main {{ max-width: 26rem; padding: 2rem }}
a {{ display: block; text-align: center; padding: .7rem; border-radius: 2rem; margin-top: 1rem; color: #eceff1 }}
a#agree {{ background: #7cc4ff; color: #10131a; font-weight: 700; text-decoration: none }}
</style></head><body><main>
<h1>This is a simulated account</h1>
<p>No password is asked for and nothing leaves this machine.
An app wants to read what <b>{name}</b> listens to: {scopes}.</p>
<a id="agree" href="{agree}">Agree</a><a id="cancel" href="{cancel}">Cancel</a>
</main></body></html>
"""


class AccountsHost:
    """Consent and tokens of one account, as routes."""

    def __init__(self, account: SimulatedAccount) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        return [
            Route("/authorize", self.authorize),
            Route("/api/token", self.token, methods=["POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """The consent page, whatever `show_dialog` says: there is no session that could skip it."""
        asked = request.query_params
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != self._account.client_id:
            return PlainTextResponse("INVALID_CLIENT: Invalid client", 400)
        refusal = refuse_redirect(redirect_uri, self._account.redirect_uris)
        if refusal is not None:
            return PlainTextResponse(refusal, 400)
        state = {"state": asked["state"]} if "state" in asked else {}
        challenge = asked.get("code_challenge")
        if asked.get("response_type") != "code":
            return RedirectResponse(_with(redirect_uri, {"error": "unsupported_response_type"} | state), 303)
        if challenge is not None and asked.get("code_challenge_method") != "S256":
            return RedirectResponse(_with(redirect_uri, {"error": "invalid_request"} | state), 303)
        scope = asked.get("scope", "")
        code = self._account.tokens.code(
            client_id=self._account.client_id, redirect_uri=redirect_uri, scope=scope, challenge=challenge
        )
        page = PAGE.format(
            name=escape(self._account.listener.display_name),
            scopes=escape(scope or "nothing in particular"),
            agree=escape(_with(redirect_uri, {"code": code} | state)),
            cancel=escape(_with(redirect_uri, {"error": "access_denied"} | state)),
        )
        return HTMLResponse(page)

    async def token(self, request: Request) -> Response:
        """The three grants; every error is a 400 with the flat OAuth body."""
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        try:
            return JSONResponse(self._grant(form, request.headers.get("authorization", "")))
        except TokenError as error:
            return JSONResponse(error.body, 400)

    def _grant(self, form: dict[str, str], header: str) -> dict[str, object]:
        client_id, authenticated = self._client(form, header)
        tokens = self._account.tokens
        match form.get("grant_type"):
            case "authorization_code":
                return tokens.exchange(
                    form.get("code", ""),
                    client_id=client_id,
                    redirect_uri=form.get("redirect_uri", ""),
                    verifier=form.get("code_verifier"),
                    authenticated=authenticated,
                )
            case "refresh_token":
                return tokens.refresh(form.get("refresh_token", ""), client_id=client_id, authenticated=authenticated)
            case "client_credentials":
                if not authenticated:
                    raise TokenError("invalid_client", "Invalid client secret")
                return tokens.client_credentials()
            case other:
                # The wording is not confirmed.
                raise TokenError("unsupported_grant_type", f"grant_type {other} is not supported")

    def _client(self, form: dict[str, str], header: str) -> tuple[str, bool]:
        """Who asks, and whether they proved it with the secret: in a Basic header, or in the body."""
        client_id, secret = form.get("client_id"), form.get("client_secret")
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
            except ValueError:
                raise TokenError("invalid_client", "Invalid client") from None
        if client_id is None:
            raise TokenError("invalid_client")
        if client_id != self._account.client_id:
            raise TokenError("invalid_client", "Invalid client")
        if secret is not None and secret != self._account.client_secret:
            raise TokenError("invalid_client", "Invalid client secret")  # the wording is not confirmed
        return client_id, secret is not None


def refuse_redirect(redirect_uri: str, registered: set[str]) -> str | None:
    """Spotify's refusal of a redirect URI; None where it is accepted.

    Loopback IP literals are taken as registered, with any port and path; of plain HTTP nothing else is, `localhost`
    included (facts, section 1.6).
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme == "http":
        try:
            loopback = ip_address(parts.hostname or "").is_loopback
        except ValueError:
            loopback = False
        return None if loopback else "INVALID_CLIENT: Insecure redirect URI"
    return None if redirect_uri in registered else "INVALID_CLIENT: Invalid redirect URI"


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
