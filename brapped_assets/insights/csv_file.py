"""Rows as CSV that spreadsheets open as they are meant: RFC 4180, in UTF-8 with its mark, and never a formula."""

import csv
from collections.abc import Iterable
from io import StringIO

# Excel takes a file without it for one of the machine's own letters.
MARK = "\ufeff"
# What a spreadsheet would reckon with, were it the first sign of a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as they stand in the file; None is an empty cell, a truth is yes or empty."""
    out = StringIO()
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def cell(value: object) -> str:
    """A text that begins like a formula gets an apostrophe before it, which says that it is text."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case str() if value.startswith(FORMULA):
            return f"'{value}"
    return str(value)
