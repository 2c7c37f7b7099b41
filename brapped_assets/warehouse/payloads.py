"""What is kept of an answer: as received, but once, and in a form PostgreSQL can store."""

import hashlib
import json
import math
from typing import Any
from uuid import UUID

# These change by themselves and would make every day's copy of a track a new one.
VOLATILE = frozenset({"popularity", "available_markets", "is_playable", "preview_url", "restrictions"})
# A full answer is six levels deep. Deeper than this is nonsense, and would end in a RecursionError that loses the page.
DEEPEST = 100
# PostgreSQL indexes at most 2,704 bytes; ids have 22 characters, uris of local files as many as their names.
LONGEST_REFERENCE = 500


def stable(payload: dict[str, Any]) -> dict[str, Any]:
    """A track or context without the fields that change by themselves, on any level."""
    cleaned: dict[str, Any] = storable(payload)
    return cleaned


def storable(value: Any, depth: int = 0) -> Any:
    """`value` without volatile fields, and with what jsonb refuses replaced: NUL and half characters, NaN.

    What lies deeper than 100 levels becomes null.
    """
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {storable(key): storable(inner, depth + 1) for key, inner in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [storable(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-16", "replace").decode("utf-16", "replace")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def canonical(value: Any) -> str:
    """JSON text that is the same for equal values, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def reference(ref: str) -> str:
    """A track's id or uri, cut where an index could not hold it, and then told apart by a hash of the whole."""
    return ref if len(ref) <= LONGEST_REFERENCE else f"{ref[:LONGEST_REFERENCE]}…{content_hash(ref)}"


def content_hash(text: str) -> UUID:
    """The first half of SHA-256: 16 bytes tell any two payloads of a lifetime apart."""
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
