"""A card for two to send: the same one for both."""

from brapped_assets.insights.listener_comparison import Comparison
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Person
from brapped_assets.insights.wrapped.card import Card, Row, called
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext

SHOWN = 5
SHARES = 1_000_000


def overlap_in_words(overlap: float) -> str:
    return formatting.percent(round(overlap * SHARES), SHARES)


def card_of_two(both: Comparison, one: Person, other: Person, period: Period) -> Card:
    """Whoever was here first is named first. The lines are artists whom both play, with the plays of both."""
    first, second = sorted((one, other), key=lambda person: person.listener_id)
    rows = tuple(
        Row("artist", row["artist_key"], row["artist_id"], row["artist_name"], "", row["mine"] + row["theirs"])
        for row in both.top_artists[:SHOWN]
    )
    return Card(
        "two",
        _("The two of you"),
        _("%(one)s and %(other)s", one=called(first.name), other=called(second.name)),
        overlap_in_words(both.overlap),
        unit=_("of your taste is one"),
        rows=rows,
        aside=ngettext("%(num)s artist in common.", "%(num)s artists in common.", both.artists)
        + " "
        + ngettext("%(num)s song, too.", "%(num)s songs, too.", both.songs),
        rule=_("For each artist the smaller of two shares of plays, added up. %(period)s.", period=period.in_days),
    )
