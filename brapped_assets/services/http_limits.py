"""uvicorn's HTTP, with limits of time and number for whoever begins and does not go on."""

import asyncio
from collections.abc import Mapping
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from brapped_assets.services.connection_limits import Room, most_connections

# From a connection, or the first byte of another request on it, to the end of its headers.
HEADER_SECONDS = 10.0
# Between two pieces of a body, and for a piece of an answer to be taken.
STALL_SECONDS = 60.0
MOST_HEADER_BYTES = 32_768
# Set in the scope by whoever found that the request brought the key of this start.
KNOWN = "brapped.is_known"


def limits(headers: Mapping[str, str]) -> dict[str, Any]:
    """Options for `uvicorn.run`. `headers` are on the answers that no application gives."""
    most = most_connections()
    return {
        "http": bounded(Room(most), headers),
        # So many are taken from the queue at once, and up to three times so many are open beside those in the room:
        # just taken, not yet judged, sent away but not yet closed.
        "backlog": most // 4,
        "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
        # Its accepting is the one that the backlog bounds.
        "loop": "asyncio",
    }


def bounded(room: Room, headers: Mapping[str, str]) -> type[H11Protocol]:
    """The protocol of one server, whose connections share `room`."""
    safe = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    class Bounded(_Bounded):
        _room, _safe = room, safe

    return Bounded


class _Bounded(H11Protocol):
    _room: Room
    _safe: list[tuple[bytes, bytes]]
    _timer: asyncio.TimerHandle | None = None
    _waits_for = ""
    address = ""

    @property
    def may_be_sent_away(self) -> bool:
        """While its request is not whole, or its answer is not taken, by somebody who did not bring the key."""
        cycle, scope = getattr(self, "cycle", None), getattr(self, "scope", None) or {}
        is_waiting = cycle is None or cycle.response_complete or cycle.more_body
        return (is_waiting or self.flow.write_paused) and not scope.get(KNOWN)

    def send_away(self) -> None:
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._limit("headers", HEADER_SECONDS)
        self._room.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.leave(self)
        self._limit("", 0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look_what_is_missing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look_what_is_missing()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._limit("reader", STALL_SECONDS)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look_what_is_missing()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """It is another protocol's from here on, and was admitted."""
        self._room.leave(self)
        self._limit("", 0)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            # In the middle of an answer there is no second one.
            self.transport.abort()
            return
        if (cycle := getattr(self, "cycle", None)) is not None:
            # Whatever the application still says is said to nobody, and it need not wait for more.
            cycle.disconnected = True
            cycle.message_event.set()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *self._safe]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _look_what_is_missing(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._limit("", 0)
        elif self.flow.write_paused:
            self._limit("reader", STALL_SECONDS)
        elif self.conn.their_state is h11.SEND_BODY:
            self._waits_for = ""
            self._limit("body", STALL_SECONDS)
        elif self.conn.their_state is h11.IDLE and (self.conn.trailing_data[0] or self.timeout_keep_alive_task is None):
            self._limit("headers", HEADER_SECONDS)
        else:
            self._limit("", 0)

    def _limit(self, what: str, seconds: float) -> None:
        """From now on it has so long for this; a limit for the same that runs goes on running."""
        if what and what == self._waits_for:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waits_for = what
        if what:
            self._timer = self.loop.call_later(seconds, self.transport.abort)
