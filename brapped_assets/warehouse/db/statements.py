"""SQL lies beside the Python that runs it: `merge.py` has its statements in `merge.sql`, each under a name."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\S+)\n", re.MULTILINE)


class Statements:
    """The statements of the `.sql` file beside a module.

    A statement begins below a line such as `-- name: lock_listener`. Python says `q.lock_listener`, or `q[table]`
    where the name is data. Raises KeyError for a name that the file does not have,
    and ValueError for a file that begins without a name.
    """

    def __init__(self, module: str, shared: str | None = None) -> None:
        """`module` is `__file__`; `shared` names the file of a neighbour, where several modules have one."""
        path = Path(module).with_name(shared) if shared else Path(module).with_suffix(".sql")
        before, *parts = _NAME.split(path.read_text(encoding="utf-8"))
        if before.strip():
            raise ValueError(f"{path} begins with a statement without a name.")
        # Shipped with the program, so as good as literals: nothing a user types reaches them.
        self._texts = dict(zip(parts[::2], (cast(LiteralString, text.strip()) for text in parts[1::2]), strict=True))

    def __getattr__(self, name: str) -> LiteralString:
        return self._texts[name]

    def __getitem__(self, name: str) -> LiteralString:
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the file."""
        return iter(self._texts)
