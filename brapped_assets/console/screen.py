"""The terminal: the only place that makes rich's consoles, and the last through which text of other people's passes."""

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape as escape_markup
from rich.segment import Segment
from rich.text import Text

from brapped_assets.text.plain import plain, plain_lines


class Screen(Console):
    """rich's console, on which only rich itself moves the cursor or chooses a colour."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Plain before it is measured, so that tables keep their shape."""
        return super().render_str(plain_lines(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Plain at last, whatever made it."""
        for segment in super().render(renderable, options):
            if segment.control or (segment.text.isascii() and segment.text.isprintable()):
                yield segment
            else:
                yield Segment(plain_lines(segment.text), segment.style)

    def print_json(self, json: str | None = None, **options: Any) -> None:
        """JSON for programs: nothing in it but ASCII, the rest escaped."""
        super().print_json(_ascii(json or "null"), **{**options, "ensure_ascii": True})

    def _write_buffer(self) -> None:
        try:
            super()._write_buffer()
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            # The terminal was closed. What is under way goes on to its end, and speaks to nobody.
            with Path(os.devnull).open("w", encoding="utf-8") as nobody:
                for standard in (1, 2):
                    os.dup2(nobody.fileno(), standard)


def _ascii(text: str) -> str:
    return json.dumps(json.loads(text))


def escape(text: str) -> str:
    """Somebody's words inside a line of ours: one line, no markup."""
    return escape_markup(plain(text))


def escape_lines(text: str) -> str:
    """Words that may be several lines, such as an error's: no markup."""
    return escape_markup(plain_lines(text))
