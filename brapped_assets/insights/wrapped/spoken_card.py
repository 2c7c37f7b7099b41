"""The card about what is no music: podcasts, audiobooks, videos."""

from brapped_assets.insights.wrapped.card import Card, Told, minutes
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.text import formatting
from brapped_assets.text.translation import _


def of_spoken(n: Numbers) -> Card:
    share = formatting.percent(*n.spoken.finished) if n.spoken.finished.whole else ""
    return Card(
        "spoken",
        _("Beside music"),
        n.period.label,
        minutes(n.spoken.ms),
        unit=_("minutes of podcasts, audiobooks and videos"),
        told=tuple(Told(name, formatting.percent(ms, n.spoken.ms), "", is_name=True) for name, ms in n.spoken.top),
        aside=_("%(share)s heard to the end.", share=share) if share else "",
        rule=_("Complete up to your last export: Spotify’s API tells nothing of these."),
    )
