"""How things stand as Markdown: the summary of a scheduled job, where somebody looks who has no terminal there."""

from collections.abc import Mapping
from typing import Any


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
        lines += ["", *(f"- {one['problem']} **{one['remedy']}**" for one in state["problems"])]
    return "\n".join(lines)


def _row(one: Mapping[str, Any]) -> str:
    polled = one["last_polled_at"]
    gaps = f"{one['gaps_open']} ({one['hours_in_gaps']} h)" if one["gaps_open"] else "none"
    consent = f"{one['consent_days_left']} days left" if one["consent_days_left"] is not None else "date unknown"
    # A name may hold what Markdown or a table takes for its own.
    name = "".join(sign if sign.isalnum() or sign in " -_." else f"&#{ord(sign)};" for sign in one["name"])
    when = f"{polled:%Y-%m-%d %H:%M} UTC" if polled else "never"
    return f"| {name} | {one['plays']} | {when} | {gaps} | {consent} |"
