"""Dependencies point one way: each package may import what lies below it, and nothing beside or above."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import brapped_assets

PACKAGE = Path(brapped_assets.__file__).parent
# From the ground up. Packages of one line know nothing of each other.
LAYERS = [
    ["text"],
    ["clocks"],
    ["spotify", "musicbrainz", "history", "warehouse"],
    ["settings_file"],
    ["home_folder"],
    ["settings"],
    ["console", "transfer", "insights"],
    ["rendering", "resources", "mcp_server"],
    ["notifications"],
    ["first_hour"],
    ["partitions", "accounts", "checks"],
    ["assets"],
    ["services"],
    ["web"],
    ["jobs"],
    ["schedules"],
    ["sensors"],
    ["code_location", "defs"],
    ["definitions"],
    ["demo"],
    ["commands"],
    ["cli"],
    ["__main__"],
]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
# A folder that is one thing inside, too: what is above may import what is below.
FORBIDDEN_INSIDE = [
    ("warehouse/db", "brapped_assets.warehouse.merge"),
    ("insights/columns", "brapped_assets.insights.viewer"),
    ("insights", "starlette"),
    ("insights", "jinja2"),
    ("insights", "dagster"),
    ("history", "dagster"),
    ("spotify", "dagster"),
    ("musicbrainz", "dagster"),
    ("transfer", "dagster"),
    ("warehouse", "dagster"),
    ("web", "dagster"),
    ("rendering", "starlette"),
]


@cache
def imports(path: Path) -> list[str]:
    """The modules that a module imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            found += [one.name for one in node.names]
    return found


def room(path: Path) -> str:
    """The package or module directly below the root that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def test_every_part_has_a_layer() -> None:
    assert {room(path) for path in FILES} == {*HEIGHT}


def test_nothing_imports_what_lies_beside_or_above_it() -> None:
    upward = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in FILES
        for name in imports(path)
        if name.startswith("brapped_assets.")
        and (other := name.split(".")[1]) in HEIGHT
        and other != room(path)
        and HEIGHT[other] >= HEIGHT[room(path)]
    ]
    assert upward == []


def test_a_package_imports_only_what_it_may_know() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in FILES
        for folder, forbidden in FORBIDDEN_INSIDE
        for name in imports(path)
        if path.is_relative_to(PACKAGE / folder) and (name == forbidden or name.startswith(f"{forbidden}."))
    ]
    assert wrong == []


def test_no_modules_need_each_other() -> None:
    """So each can be imported first. Whoever imports a module imports the packages it lies in before it."""
    names = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in FILES
    }
    needs: dict[str, set[str]] = {}
    for name, path in names.items():
        found = {one if one in names else one.rpartition(".")[0] for one in imports(path)}
        packages = {one[:end] for one in found for end, sign in enumerate(one) if sign == "."}
        # What it lies in itself is under way already.
        needs[name] = {one for one in (found | packages) & {*names} if one != name and not name.startswith(f"{one}.")}
    # Raises CycleError, which names them.
    TopologicalSorter(needs).prepare()


def test_few_modules_lie_at_the_root() -> None:
    assert len([*PACKAGE.glob("[a-z]*.py")]) <= 10
