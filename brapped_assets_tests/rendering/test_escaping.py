"""What a template puts out is escaped as Jinja escapes it."""

from typing import Any

import pytest
from jinja2 import Environment
from markupsafe import Markup

from brapped_assets.rendering.environment import environment

TEMPLATES = (
    "{{ value }}",
    "<p title='{{ value }}'>{{ value|upper }}</p>",
    "{% macro told(of) %}<b>{{ of }}</b>{% endmacro %}{{ told(value) }}{{ told(value) ~ value }}",
    "{% set kept %}<i>{{ value }}</i>{% endset %}{{ kept }}{{ kept|length }}",
    "{% filter upper %}{{ value }}{% endfilter %}",
    "{% for one in [value, value] %}{{ one }}{{ loop.index }}{% endfor %}",
    "{% autoescape false %}{{ value }}{% endautoescape %}",
    "{{ value if value else value|e }}",
)


class Hostile(str):
    """A text that is a kind of its own."""

    __slots__ = ()


@pytest.mark.parametrize("text", TEMPLATES)
@pytest.mark.parametrize(
    "value",
    ["plain", "<script>&'\"", "", Markup("<b>&amp;</b>"), Hostile("<b>"), 7, 7.5, True, None, ["<a>"], {"<k>": "&"}],
)
def test_ours_puts_out_what_jinja_does(text: str, value: Any) -> None:
    theirs = Environment(autoescape=True)
    assert environment().from_string(text).render(value=value) == theirs.from_string(text).render(value=value)
