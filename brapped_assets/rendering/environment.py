"""Templates as pages, reports and messages use them."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from brapped_assets import __version__
from brapped_assets.insights.rule_comparison import SHORT
from brapped_assets.rendering import squares
from brapped_assets.text import formatting

HERE = Path(__file__).parent


@cache
def environment() -> Environment:
    """Templates with autoescape on everything: names are hostile input. What it compiled it keeps."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(formatting.FILTERS | squares.FILTERS)
    templates.filters["rule"] = SHORT.__getitem__
    templates.globals["version"] = __version__
    return templates
