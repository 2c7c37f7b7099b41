"""Text in which a line never breaks inside a date or a figure."""

import re

from markupsafe import Markup, escape

# Browsers break a line after a hyphen and between dots. What is longer than a period of two dates in quotes may break:
# it is somebody's own text, and a phone has no room for it.
LONGEST = 26
FIGURE = re.compile(rf"(?<!\S)(?=\S*\d)(?=\S*\w[-.]+\w)\S{{1,{LONGEST}}}(?!\S)")


def unbroken(text: str) -> Markup:
    """The text as HTML: each word with a digit and a hyphen or a dot stays on one line."""
    found, at = [], 0
    for figure in FIGURE.finditer(text):
        found += [escape(text[at : figure.start()]), Markup('<span class="nowrap">{}</span>').format(figure[0])]
        at = figure.end()
    return Markup("").join([*found, escape(text[at:])])
