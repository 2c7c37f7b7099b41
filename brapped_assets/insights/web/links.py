"""Where a page's links lead: to pages of the same listener, and of the period chosen.

In one place, over the finished page, so that no link of any page can forget it.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from markupsafe import escape

# Addresses of pages: files and pictures are the same whoever looks. Quotes of other people are escaped.
OWN_LINKS = re.compile(r'\b(href|action)="(/of/[0-9]+)?(/(?!/|static/|cover/)[^"?#]*)(\?[^"#]*)?')
ITEM = r"/(?:artist|track|album)/[^/]+"
# Those that show a period, and those from which one gets to them.
WITH_PERIOD = re.compile(rf"/|/wrapped|/wrapped/choose|/compare|/search|/export\.html|{ITEM}")


class Chosen(NamedTuple):
    """`asked` is what the address chose: `range` (a `Period.name`) and `by`. `shown` names the page's period."""

    asked: Mapping[str, str]
    shown: str = ""

    def of(self, path: str) -> Mapping[str, str]:
        """What a link to `path` must carry.

        A page that nobody chose a period for shows its own; an artist in it must not be shown in another.
        """
        if "range" not in self.asked and self.shown not in {"", "all"} and re.fullmatch(ITEM, path):
            return {"range": self.shown, **self.asked}
        return self.asked if WITH_PERIOD.fullmatch(path) else {}


def led_on(html: str, root: str, chosen: Chosen) -> str:
    """The page with every link of ours under `root` and with what was `chosen`; what a link itself chooses stays."""

    def link(found: re.Match[str]) -> str:
        attribute, whose, path, query = found.groups(default="")
        # Sending a form replaces the query of its action.
        missing = chosen.of(path) if attribute == "href" else {}
        if missing and query:
            own = dict(parse_qsl(query[1:].replace("&amp;", "&"), keep_blank_values=True))
            missing = {name: value for name, value in missing.items() if name not in own}
        if missing:
            query = f"{query}{'&amp;' if query else '?'}{escape(urlencode(missing))}"
        return f'{attribute}="{whose or root}{path}{query}'

    return OWN_LINKS.sub(link, html)
