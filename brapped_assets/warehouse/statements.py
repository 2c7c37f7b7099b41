"""SQL lives in `sql/`, one statement a file, named after what it does."""

from functools import cache
from pathlib import Path
from typing import LiteralString, cast

SQL = Path(__file__).parent / "sql"


@cache
def sql(name: str) -> LiteralString:
    """The statement in `sql/<name>.sql`. Raises FileNotFoundError for a name that does not exist."""
    # Shipped with the program, so as good as a literal: nothing a user types reaches the text.
    return cast(LiteralString, (SQL / f"{name}.sql").read_text(encoding="utf-8"))  # type: ignore[redundant-cast]
