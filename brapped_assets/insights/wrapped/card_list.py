"""The cards of Wrapped, in their order: each with what it needs before it is shown."""

from brapped_assets.insights.origins import ENOUGH
from brapped_assets.insights.wrapped import habit_cards, music_cards, origin_cards, spoken_card, time_cards
from brapped_assets.insights.wrapped.card import Card
from brapped_assets.insights.wrapped.card_needs import Need, waiting
from brapped_assets.insights.wrapped.model import Numbers, Repeat, Run, Shares
from brapped_assets.insights.wrapped.traits import TRAITS
from brapped_assets.text.translation import N_, _

ALL_TIME = "all"
EXPORT = N_("With your data export.")
LOOKED_UP = N_("As artists are looked up.")
HISTORY_DAYS, SILENCE_DAYS = 30, 180
# Less than the last never holds three months.
SEVERAL_DAYS, MONTH_DAYS, THREE_MONTHS_DAYS = 3, 28, 62


def _plays(numbers: Numbers) -> int:
    return numbers.total.plays


def _songs(numbers: Numbers) -> int:
    return numbers.of_songs


def _several_days(numbers: Numbers) -> bool:
    return numbers.period.days >= SEVERAL_DAYS


def _a_month(numbers: Numbers) -> bool:
    return numbers.period.days >= MONTH_DAYS


def _three_months(numbers: Numbers) -> bool:
    return numbers.period.days >= THREE_MONTHS_DAYS


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


NEEDS = (
    Need("minutes", time_cards.of_minutes, N_("Your minutes"), 1, N_("%(least)s play"), _plays, "plays"),
    Need("first", habit_cards.of_first, N_("Where it began"), 1, N_("%(least)s play"), _plays, "plays", _a_month),
    Need(
        "artists", music_cards.of_artists, N_("Top artists"), 3, N_("%(least)s artists"), lambda n: n.of_artists,
        "plays",
    ),
    Need("quiz", music_cards.of_quiz, N_("Guess your song"), 4, N_("%(least)s songs"), _songs, "plays"),
    Need("songs", music_cards.of_songs, N_("Top songs"), 3, N_("%(least)s songs"), _songs, "plays"),
    Need(
        "months", habit_cards.of_favourites, N_("Song of each month"), 3, N_("%(least)s months with music"),
        lambda n: len(n.favourites.of), "months", _three_months,
    ),
    Need(
        "album", music_cards.of_album, N_("Top album"), 3, N_("%(least)s songs of one album"),
        lambda n: n.album.songs if n.album else 0,
    ),
    Need(
        "race", music_cards.of_race, N_("The race"), 3, N_("%(least)s months with music"), _raced, "months",
        _three_months,
    ),
    Need(
        "genres", origin_cards.of_genres, N_("Your genres"), 3, N_("%(least)s genres, for 30 %% of minutes"),
        lambda n: _told_of(n.genres), LOOKED_UP,
    ),
    Need(
        "origins", origin_cards.of_origins, N_("Where your artists come from"), 3,
        N_("%(least)s countries, for 30 %% of minutes"), lambda n: _told_of(n.origins), LOOKED_UP,
    ),
    Need(
        "loyal", habit_cards.of_loyal, N_("Always there"), 5, N_("%(least)s days with one artist"),
        lambda n: n.loyal.days if n.loyal else 0, "days", _a_month,
    ),
    Need(
        "run", habit_cards.of_run, N_("The longest run"), 5, N_("%(least)s plays of one artist in a row"),
        lambda n: _times(n.run),
    ),
    Need(
        "repeat", time_cards.of_repeat, N_("On repeat"), 3, N_("%(least)s plays of one song in a day"),
        lambda n: _times(n.repeat),
    ),
    Need(
        "day", time_cards.of_day, N_("The day you could not stop"), 3, N_("%(least)s days with music"),
        lambda n: n.total.active_days, "days", _several_days,
    ),
    Need("clock", time_cards.of_clock, N_("Your clock"), 100, N_("%(least)s plays"), _plays, "plays"),
    # Who never left is not kept waiting, nor who hears nothing but music.
    Need(
        "places", origin_cards.of_places, N_("Where you listened"), 2, N_("%(least)s countries"),
        lambda n: n.places.many, EXPORT, lambda n: n.places.many > 1,
    ),
    Need(
        "traits", habit_cards.of_traits, N_("How you listen"), 2, N_("%(least)s of four shares, each of 100 plays"),
        lambda n: sum(trait.is_told(n.traits) for trait in TRAITS), N_("With more plays, and with your data export."),
        _a_month,
    ),
    Need(
        "finished", habit_cards.of_finished, N_("To the end"), 100, N_("%(least)s songs whose end an export tells"),
        lambda n: n.finished.whole, EXPORT,
    ),
    Need(
        "spoken", spoken_card.of_spoken, N_("Beside music"), 10,
        N_("%(least)s minutes of podcasts, audiobooks or videos"), lambda n: n.spoken.minutes, EXPORT,
        lambda n: n.spoken.ms > 0,
    ),
    Need(
        "discoveries", music_cards.of_discoveries, N_("Discoveries"), 1,
        N_("%(least)s new artist, after 30 days of history"),
        lambda n: n.discoveries.artists if n.known_before >= HISTORY_DAYS else 0,
        fits=lambda n: n.period.name != ALL_TIME,
    ),
    Need(
        "onehits", habit_cards.of_one_hits, N_("One-hit artists"), 1,
        N_("%(least)s artist of one song, played 5 times"), lambda n: n.one_hits.artists, fits=_a_month,
    ),
    Need(
        "comeback", music_cards.of_comeback, N_("The comeback"), 5,
        N_("%(least)s plays of an artist after 180 days of silence"),
        lambda n: n.comeback.artist.plays if n.comeback else 0,
        fits=lambda n: n.period.name in {"year", ALL_TIME} or n.known_before + n.period.days > SILENCE_DAYS,
    ),
    Need(
        "streak", time_cards.of_streak, N_("Your streak"), 3, N_("%(least)s days in a row"),
        lambda n: n.streak.days if n.streak else 0, "days", _several_days,
    ),
    Need(
        "before", time_cards.of_before, N_("Then and now"), 20,
        N_("%(least)s plays in a period before that is known whole"), lambda n: n.before.plays if n.before else 0,
        N_("With your data export, or when the next one begins."),
        lambda n: n.period.name != ALL_TIME and not (n.period.days == 1 and n.period.first == n.today),
    ),
    Need(
        "age", music_cards.of_age, N_("Listening age"), 50,
        N_("%(least)s plays with a known year of release, half of all plays or more"), _released,
        N_("It comes as albums are looked up, the most played first."),
    ),
    Need("covers", music_cards.of_covers, N_("In covers"), 9, N_("%(least)s albums"), lambda n: len(n.covers), "plays"),
    Need("summary", time_cards.of_summary, N_("All in one"), 3, N_("%(least)s songs"), _songs, "plays"),
)  # fmt: skip


def cards(numbers: Numbers) -> list[Card]:
    """Every card that has enough to tell, in order; those that may still come stand together in a last one."""
    shown = [need.tell(numbers) for need in NEEDS if need.have(numbers) >= need.least]
    if not numbers.may_grow:
        return shown
    missing = tuple(waiting(need, numbers) for need in NEEDS if need.fits(numbers) and need.have(numbers) < need.least)
    soon = Card("next", _("Still to come"), numbers.period.label, _("Still to come"), to_come=missing)
    return [*shown, soon] if missing else shown
