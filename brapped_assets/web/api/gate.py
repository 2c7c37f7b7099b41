"""Whom a token lets in, to what, and how often. Whoever brings none, or a wrong one, costs no question to the database.

Tokens are read at most once a second; a flood of wrong ones is refused from memory, without one of the threads or
connections that pages need, and late.
"""

import asyncio
import time
from asyncio import sleep
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import uniform

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.read_tokens import ReadToken, Scope, digest, is_token
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.site import Site

KNOWN_SECONDS = 1.0
# How late `last_used_at` may be: a dashboard that asks all day shall not write all day.
NOTED_SECONDS = 300.0
PARAMETER = "token"
MAKE_ONE = "Make one in a terminal, by `brapped token --make NAME`, or on the page Settings of Brapped."
MINUTE = 60.0
# More refusals than these a minute come late: whoever floods waits, on connections that are counted, and costs little.
REFUSED_AT_ONCE, REFUSED_A_MINUTE, LATE_SECONDS = 20.0, 1_200, 2.0


@dataclass
class Bucket:
    """How many requests are left, as of a moment: `most` at once, and so many more each minute."""

    most: float
    at: float
    left: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.most

    def wait(self, per_minute: int, now: float) -> float:
        """Seconds until the next one is answered; 0: it is taken."""
        self.left = min(self.most, self.left + (now - self.at) * per_minute / MINUTE)
        self.at = now
        if self.left < 1:
            return (1 - self.left) * MINUTE / per_minute
        self.left -= 1
        return 0.0


class Gate:
    """Of one site."""

    def __init__(self, site: Site, clock: Callable[[], float] = time.monotonic) -> None:
        self._site, self._clock = site, clock
        self._known: dict[bytes, ReadToken] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._buckets: dict[int, Bucket] = {}
        self._noted: dict[int, float] = {}
        self._refused = Bucket(REFUSED_AT_ONCE, clock())

    async def admit(self, request: Request, scope: Scope, *, may_be_in_address: bool = False) -> ReadToken:
        """Whose token the request brings. Raises Problem for none, for a wrong one, and for one too many."""
        try:
            return self._admitted(request, scope, await self._tokens(), may_be_in_address=may_be_in_address)
        except Problem:
            if self._refused.wait(REFUSED_A_MINUTE, self._clock()):
                # Not all at once: answering hundreds in one moment would keep a page waiting.
                await sleep(uniform(LATE_SECONDS, 2 * LATE_SECONDS))  # noqa: S311  (nobody gains by guessing it)
            raise

    def _admitted(
        self, request: Request, scope: Scope, known: dict[bytes, ReadToken], *, may_be_in_address: bool
    ) -> ReadToken:
        text = _brought(request, may_be_in_address=may_be_in_address)
        if text is None:
            if not known:
                raise Problem("no-token-made", MAKE_ONE)
            challenge = {"WWW-Authenticate": 'Bearer realm="Brapped"'}
            raise Problem("token-missing", "Send it as `Authorization: Bearer brapped_…`.", headers=challenge)
        found = known.get(digest(text)) if is_token(text) else None
        if found is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="Brapped", error="invalid_token"'}
            raise Problem("token-unknown", f"It is none of ours, or was revoked. {MAKE_ONE}", headers=challenge)
        if scope not in found.scopes:
            challenge = {"WWW-Authenticate": f'Bearer realm="Brapped", error="insufficient_scope", scope="{scope}"'}
            told = f"It opens {', '.join(found.scopes)}; this needs {scope}. Make another one for it."
            raise Problem("scope", told, headers=challenge)
        self._count(found)
        return found

    def forget(self) -> None:
        """Tokens are read again at once: one was made or revoked here."""
        self._read_at = float("-inf")

    async def note(self, token: ReadToken) -> None:
        """Keep when it was used, if it was not of late. Where nothing can be written, nobody hears of it."""
        now = self._clock()
        writing = self._site.writing
        if writing is None or now - self._noted.get(token.token_id, float("-inf")) < NOTED_SECONDS:
            return
        self._noted[token.token_id] = now

        def write() -> None:
            with suppress(WarehouseError), writing.transaction(lock_seconds=1) as tx:
                read_tokens.note_use(tx, token.token_id, self._site.clock())

        await run_in_threadpool(write)

    async def _tokens(self) -> dict[bytes, ReadToken]:
        if self._clock() - self._read_at < KNOWN_SECONDS:
            return self._known
        async with self._reading:
            # Somebody else may have read them meanwhile.
            if self._clock() - self._read_at >= KNOWN_SECONDS:
                self._known = await run_in_threadpool(partial(_read, self._site))
                self._read_at = self._clock()
                ids = {token.token_id for token in self._known.values()}
                for held in (self._buckets, self._noted):
                    for gone in held.keys() - ids:
                        del held[gone]
        return self._known

    def _count(self, token: ReadToken) -> None:
        now = self._clock()
        bucket = self._buckets.setdefault(token.token_id, Bucket(float(token.per_minute), now))
        if seconds := bucket.wait(token.per_minute, now):
            told = f"It is answered {token.per_minute} requests a minute."
            raise Problem("too-many", told, headers={"Retry-After": f"{int(seconds) + 1}"})


def _read(site: Site) -> dict[bytes, ReadToken]:
    with site.reading.transaction() as tx:
        return read_tokens.by_hash(tx)


def _brought(request: Request, *, may_be_in_address: bool) -> str | None:
    """What stands in the header; of a picture also in the address, where whoever embeds it cannot say it otherwise."""
    scheme, _, text = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    if scheme:
        return ""
    return request.query_params.get(PARAMETER) if may_be_in_address else None
