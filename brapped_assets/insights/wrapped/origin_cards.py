"""Cards about genres, countries of artists, and where was listened. Each may count on what `card_list` asks for."""

from collections.abc import Callable

from brapped_assets.insights.wrapped.card import Card, Told
from brapped_assets.insights.wrapped.model import Numbers, Shares
from brapped_assets.text import formatting
from brapped_assets.text.cldr import country_name
from brapped_assets.text.translation import _, ngettext

SHOWN = 5


def of_genres(n: Numbers) -> Card:
    first, ms = n.genres.top[0]
    return Card(
        "genres",
        _("Your genres"),
        n.period.label,
        first,
        unit=_("in %(share)s of your minutes", share=formatting.percent(ms, n.genres.known.whole)),
        told=tuple(one._replace(is_name=True) for one in _told(n.genres, str, 1)),
        aside=ngettext("%(num)s genre in all.", "%(num)s genres in all.", n.genres.many),
        rule=_known(n.genres) + " " + _("A song is of every genre of its artist."),
    )


def of_origins(n: Numbers) -> Card:
    return Card(
        "origins",
        _("Where your artists come from"),
        _("Your artists come from"),
        formatting.number(n.origins.many),
        unit=_("different countries"),
        told=_told(n.origins, country_name),
        rule=_known(n.origins),
    )


def of_places(n: Numbers) -> Card:
    return Card(
        "places",
        _("Where you listened"),
        _("You listened in"),
        formatting.number(n.places.many),
        unit=_("different countries"),
        told=_told(n.places, country_name),
        rule=_("By the country of your connection, which only a data export tells."),
    )


def _told(of: Shares, named: Callable[[str], str], since: int = 0) -> tuple[Told, ...]:
    return tuple(
        Told(named(value), formatting.percent(ms, of.known.whole), "") for value, ms in of.top[since : since + SHOWN]
    )


def _known(of: Shares) -> str:
    return _("Known for %(share)s of your minutes.", share=formatting.percent(*of.known))
