"""What each card needs before it has something to tell: every threshold of Wrapped stands here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil

from brapped_assets.insights.origins import ENOUGH
from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped.model import Numbers, Repeat, Run, Shares
from brapped_assets.insights.wrapped.traits import TRAITS
from brapped_assets.text import formatting
from brapped_assets.text.translation import N_, _, ngettext

BY_ITSELF = N_("When it happens.")


@dataclass(frozen=True)
class Need:
    """A card is shown from `least` of `what` on. `grows` is what makes it more, or says in a sentence when it comes.

    A card that does not fit the period (a race in a week) is not waited for.
    """

    card: str
    title: str
    least: int
    what: str
    have: Callable[[Numbers], int]
    grows: str = BY_ITSELF
    fits: Callable[[Numbers], bool] = lambda _: True


@dataclass(frozen=True)
class Waiting:
    """A card that has too little to tell yet: what it needs, what is there, and when it may come."""

    title: str
    needs: str
    when: str


def _raced(numbers: Numbers) -> int:
    months = {month for of in numbers.by_month.values() for month in of}
    return len(months) if len(numbers.artists) > 1 else 0


def _released(numbers: Numbers) -> int:
    known = sum(plays for year, plays in numbers.releases.items() if year)
    return known if 2 * known >= numbers.total.plays else 0


def _times(of: Run | Repeat | None) -> int:
    return 0 if of is None else of.plays if isinstance(of, Run) else of.song.plays


def _told_of(shares: Shares) -> int:
    """How many there are, once enough of the minutes is known."""
    return shares.many if shares.known.of_one >= ENOUGH else 0


ALL_TIME = "all"
EXPORT = N_("With your data export.")
LOOKED_UP = N_("As artists are looked up.")
HISTORY_DAYS, SILENCE_DAYS = 30, 180
# Less than the last never holds three months.
SEVERAL_DAYS, MONTH_DAYS, THREE_MONTHS_DAYS = 3, 28, 62
# In the order in which the cards are shown.
NEEDS = (
    Need("minutes", N_("Your minutes"), 1, N_("%(least)s play"), lambda n: n.total.plays, "plays"),
    Need(
        "first",
        N_("Where it began"),
        1,
        N_("%(least)s play"),
        lambda n: n.total.plays,
        "plays",
        lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need("artists", N_("Top artists"), 3, N_("%(least)s artists"), lambda n: n.of_artists, "plays"),
    Need("quiz", N_("Guess your song"), 4, N_("%(least)s songs"), lambda n: n.of_songs, "plays"),
    Need("songs", N_("Top songs"), 3, N_("%(least)s songs"), lambda n: n.of_songs, "plays"),
    Need(
        "months",
        N_("Song of each month"),
        3,
        N_("%(least)s months with music"),
        lambda n: len(n.favourites.of),
        "months",
        lambda n: n.period.days >= THREE_MONTHS_DAYS,
    ),
    Need("album", N_("Top album"), 3, N_("%(least)s songs of one album"), lambda n: n.album.songs if n.album else 0),
    Need(
        "race",
        N_("The race"),
        3,
        N_("%(least)s months with music"),
        _raced,
        "months",
        lambda n: n.period.days >= THREE_MONTHS_DAYS,
    ),
    Need(
        "genres",
        N_("Your genres"),
        3,
        N_("%(least)s genres, for 30 %% of minutes"),
        lambda n: _told_of(n.genres),
        LOOKED_UP,
    ),
    Need(
        "origins",
        N_("Where your artists come from"),
        3,
        N_("%(least)s countries, for 30 %% of minutes"),
        lambda n: _told_of(n.origins),
        LOOKED_UP,
    ),
    Need(
        "loyal",
        N_("Always there"),
        5,
        N_("%(least)s days with one artist"),
        lambda n: n.loyal.days if n.loyal else 0,
        "days",
        lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need("run", N_("The longest run"), 5, N_("%(least)s plays of one artist in a row"), lambda n: _times(n.run)),
    Need("repeat", N_("On repeat"), 3, N_("%(least)s plays of one song in a day"), lambda n: _times(n.repeat)),
    Need(
        "day",
        N_("The day you could not stop"),
        3,
        N_("%(least)s days with music"),
        lambda n: n.total.active_days,
        "days",
        lambda n: n.period.days >= SEVERAL_DAYS,
    ),
    Need("clock", N_("Your clock"), 100, N_("%(least)s plays"), lambda n: n.total.plays, "plays"),
    # Who never left is not kept waiting, nor who hears nothing but music.
    Need(
        "places",
        N_("Where you listened"),
        2,
        N_("%(least)s countries"),
        lambda n: n.places.many,
        EXPORT,
        lambda n: n.places.many > 1,
    ),
    Need(
        "traits",
        N_("How you listen"),
        2,
        N_("%(least)s of four shares, each of 100 plays"),
        lambda n: sum(trait.is_told(n.traits) for trait in TRAITS),
        N_("With more plays, and with your data export."),
        lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need(
        "finished",
        N_("To the end"),
        100,
        N_("%(least)s songs whose end an export tells"),
        lambda n: n.finished.whole,
        EXPORT,
    ),
    Need(
        "spoken",
        N_("Beside music"),
        10,
        N_("%(least)s minutes of podcasts, audiobooks or videos"),
        lambda n: n.spoken.minutes,
        EXPORT,
        lambda n: n.spoken.ms > 0,
    ),
    Need(
        "discoveries",
        N_("Discoveries"),
        1,
        N_("%(least)s new artist, after 30 days of history"),
        lambda n: n.discoveries.artists if n.known_before >= HISTORY_DAYS else 0,
        fits=lambda n: n.period.name != ALL_TIME,
    ),
    Need(
        "onehits",
        N_("One-hit artists"),
        1,
        N_("%(least)s artist of one song, played 5 times"),
        lambda n: n.one_hits.artists,
        fits=lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need(
        "comeback",
        N_("The comeback"),
        5,
        N_("%(least)s plays of an artist after 180 days of silence"),
        lambda n: n.comeback.artist.plays if n.comeback else 0,
        fits=lambda n: n.period.name in {"year", ALL_TIME} or n.known_before + n.period.days > SILENCE_DAYS,
    ),
    Need(
        "streak",
        N_("Your streak"),
        3,
        N_("%(least)s days in a row"),
        lambda n: n.streak.days if n.streak else 0,
        "days",
        lambda n: n.period.days >= SEVERAL_DAYS,
    ),
    Need(
        "before",
        N_("Then and now"),
        20,
        N_("%(least)s plays in a period before that is known whole"),
        lambda n: n.before.plays if n.before else 0,
        N_("With your data export, or when the next one begins."),
        lambda n: n.period.name != ALL_TIME and not (n.period.days == 1 and n.period.first == n.today),
    ),
    Need(
        "age",
        N_("Listening age"),
        50,
        N_("%(least)s plays with a known year of release, half of all plays or more"),
        _released,
        N_("It comes as albums are looked up, the most played first."),
    ),
    Need("covers", N_("In covers"), 9, N_("%(least)s albums"), lambda n: len(n.covers), "plays"),
    Need("summary", N_("All in one"), 3, N_("%(least)s songs"), lambda n: n.of_songs, "plays"),
)


def waiting(need: Need, numbers: Numbers) -> Waiting:
    """In words what a card still lacks."""
    have = need.have(numbers)
    what = _(need.what, least=need.least)
    needs = _("Needs %(what)s; there are %(have)s.", what=what, have=have) if have else _("Needs %(what)s.", what=what)
    return Waiting(_(need.title), needs, _when(need, need.least - have, numbers))


def _when(need: Need, lacking: int, numbers: Numbers) -> str:
    if need.grows == "days":
        return _("At the earliest on %(day)s.", day=formatting.day(numbers.today + lacking * DAY))
    if need.grows == "months":
        months = numbers.today.year * 12 + numbers.today.month - 1 + lacking
        return _("At the earliest in %(month)s.", month=formatting.month(date(months // 12, months % 12 + 1, 1)))
    pace = numbers.total.plays / numbers.total.active_days if numbers.total.active_days else 0
    if need.grows == "plays":
        days = ceil(lacking / pace) if pace else 0
        if not days:
            return _("With your first play.")
        return ngettext("At your pace in a day.", "At your pace in %(num)s days.", days)
    return _(need.grows)
