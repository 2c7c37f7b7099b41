"""How things stand as Markdown: the summary of a scheduled job, where somebody looks who has no terminal there."""

from collections.abc import Mapping
from typing import Any

from brapped_assets.text.plain import plain

# What our own sentences hold, and no markup begins with.
PUNCTUATION = ",:;()'%?+"


def summary(state: Mapping[str, Any]) -> str:
    """The state of `brapped status --json` as a heading, a row a listener, and what is wrong with its remedy."""
    lines = [
        f"### {'✓ Everything is collected' if state['healthy'] else '! Something needs you'}",
        "",
        "| listener | plays | last poll | open gaps | consent |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(one) for one in state["listeners"]]
    lines += ["", f"{state['calls_left_today']} calls left today; {state['stored_megabytes']} MB stored."]
    if state["problems"]:
        lines += ["", *(f"- {_text(one['problem'], PUNCTUATION)} **{one['remedy']}**" for one in state["problems"])]
    return "\n".join(lines)


def _row(one: Mapping[str, Any]) -> str:
    polled = one["last_polled_at"]
    gaps = f"{one['gaps_open']} ({one['hours_in_gaps']} h)" if one["gaps_open"] else "none"
    consent = f"{one['consent_days_left']} days left" if one["consent_days_left"] is not None else "date unknown"
    name = _text(one["name"])
    when = f"{polled:%Y-%m-%d %H:%M} UTC" if polled else "never"
    return f"| {name} | {one['plays']} | {when} | {gaps} | {consent} |"


def _text(text: str, punctuation: str = "") -> str:
    """Text as it is: it may hold what Markdown, HTML or a table takes for its own."""
    return "".join(
        sign if sign.isalnum() or sign in " -_." or sign in punctuation else f"&#{ord(sign)};" for sign in plain(text)
    )
