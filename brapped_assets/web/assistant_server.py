"""What answers at `/mcp`: the tools of the Model Context Protocol for the listener whose token was sent."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from brapped_assets.mcp_server.server import build_server
from brapped_assets.mcp_server.tools import Tools
from brapped_assets.warehouse.read_tokens import ReadToken
from brapped_assets.web.assistant_endpoint import PATH, WHOSE
from brapped_assets.web.site import Site

MOST_BYTES = 65_536


def build(site: Site) -> tuple[ASGIApp, Callable[[], AbstractAsyncContextManager[None]]]:
    """An application, and what has to be entered while it answers."""

    def tools_of(context: Context[Any, Any]) -> Tools:
        request = context.request_context.request
        assert request is not None
        token: ReadToken = request.scope[WHOSE]
        return Tools(site.direct, site.clock, token.listener_id, site.lives)

    server = build_server(tools_of, version("brapped"))
    # Hosts and origins are looked at before, as for every page.
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, max_request_body_size=MOST_BYTES,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )  # fmt: skip
    return app, server.session_manager.run
