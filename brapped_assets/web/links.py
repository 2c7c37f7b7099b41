"""Where a page's links lead: to pages of the same listener, of the period and of the plays chosen.

In one place, over the finished page, so that no link of any page can forget it.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import escape

Pairs = tuple[tuple[str, str], ...]
# Addresses of pages: files, pictures and what programs read are the same whoever looks. Quotes of others are escaped.
# A link that is `data-whole` says everything itself.
# It begins with what a page has few of: whether it is a link, or says all itself, is looked up before it.
OWN_LINKS = re.compile(r'="(/of/[0-9]+)?(/(?!/|static/|cover/|api/v1/)[^"?#]*)(\?[^"#]*)?')
LINK, FORM, WHOLE_LINK = "href", "action", "data-whole href"
HISTORY = r"/history(?:\.csv)?"
ITEM = r"/(?:artist|track|album)/[^/]+"
LISTS = r"/(?:list|changes|places)/[^/]+"
# Those that show a period, and those from which one gets to them; and those that show some plays only.
EVERYWHERE = rf"/|/counted|/explore|{LISTS}|/wrapped|/wrapped/choose|/compare|/export\.html|{HISTORY}|{ITEM}"
WITH_PERIOD = re.compile(rf"{EVERYWHERE}|/search")
WITH_SELECTION = re.compile(EVERYWHERE)
# A link to a day of the history says when by itself.
A_DAY = ("range", True)
# What a query names; all names are ours.
NAMES = re.compile(r"[?&;]([^=&;]+)=")
FORMS = re.compile(r'<form[^>]*\baction="(?:/of/[0-9]+)?(/[^"?#]*)"[^>]*\bdata-custom-range[^>]*>')


class Chosen(NamedTuple):
    """`asked` is what the address chose: `range` (a `Period.name`) and `by`. `shown` names the page's period.

    `selection` is what else narrows the plays, as pairs of an address.
    """

    asked: Pairs
    shown: str = ""
    selection: Pairs = ()

    @property
    def by(self) -> str:
        return dict(self.asked).get("by", "")

    def of(self, path: str) -> Pairs:
        """What a link to `path` must carry.

        A page that nobody chose a period for shows its own; an artist in it must not be shown in another.
        """
        selection = self.selection_of(path)
        if "range" not in dict(self.asked) and self.shown not in {"", "all"} and re.fullmatch(ITEM, path):
            return (("range", self.shown), *self.asked, *selection)
        return (*self.asked, *selection) if WITH_PERIOD.fullmatch(path) else ()

    def selection_of(self, path: str) -> Pairs:
        return self.selection if WITH_SELECTION.fullmatch(path) else ()


@lru_cache(256)
def _query(pairs: Pairs) -> str:
    """As it stands in an attribute; of a page most links have one of a few."""
    return str(escape(urlencode(pairs)))


def led_on(html: str, root: str, chosen: Chosen) -> str:
    """The page with every link of ours under `root` and with what was `chosen`; what a link itself chooses stays."""

    # A year has 600 links to a dozen pages.
    @cache
    def carried(path: str, own: tuple[str, ...]) -> str:
        """What a link to `path` that names these things itself gets after them."""
        return _query(
            tuple((name, value) for name, value in chosen.of(path) if name not in own and (name, "on" in own) != A_DAY)
        )

    def link(found: re.Match[str]) -> str:
        whose, path, query = found.groups(default="")
        is_link = found.string.endswith(LINK, 0, found.start())
        if not is_link and not found.string.endswith(FORM, 0, found.start()):
            return found[0]
        # Sending a form replaces the query of its action.
        if is_link and not found.string.endswith(WHOLE_LINK, 0, found.start()):
            missing = carried(path, tuple(NAMES.findall(query)))
            query = f"{query}{'&amp;' if query else '?'}{missing}" if missing else query
        return f'="{whose or root}{path}{query}'

    def form(found: re.Match[str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in chosen.selection_of(found[1])
        )
        return f"{found[0]}{hidden}"

    return OWN_LINKS.sub(link, FORMS.sub(form, html) if chosen.selection else html)
