"""The cards of Wrapped, pure: from numbers to words and drawings. Each function may count on what `needs` asks for."""

from collections.abc import Callable

from brapped_assets.insights import wording
from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.card import Card, counted, marked, minutes, percent, row, rows, shuffled
from brapped_assets.insights.wrapped.clock import OTHERWISE, kind_of
from brapped_assets.insights.wrapped.needs import NEEDS, waiting
from brapped_assets.insights.wrapped.numbers import DAY, Numbers

GROWN_UP = 18


def cards(numbers: Numbers) -> list[Card]:
    """Every card that has enough to tell, in order; those that have not come together in a last one."""
    shown = [STORIES[need.card](numbers) for need in NEEDS if need.have(numbers) >= need.least]
    missing = tuple(waiting(need, numbers) for need in NEEDS if need.have(numbers) < need.least)
    soon = Card("next", "Still to come", numbers.period.label, "Still to come", to_come=missing)
    return [*shown, soon] if missing else shown


def of_minutes(n: Numbers) -> Card:
    kinds = f"{counted(n.of_songs, 'song')} by {counted(n.of_artists, 'artist')}"
    aside = f"That is {wording.duration(n.total.ms)}: {counted(n.total.plays, 'play')} of {kinds}."
    share = n.total.estimated_share
    rule = f"About {percent(share)} of the minutes are estimated from the songs' length." if share else ""
    unit = "minute of music" if wording.minutes(n.total.ms) == 1 else "minutes of music"
    return marked(Card("minutes", "Your minutes", n.period.label, minutes(n.total.ms), unit=unit, aside=aside, rule=rule), n)


def of_artists(n: Numbers) -> Card:
    first = row(n.artists[0])
    return Card("artists", "Top artists", "Your number one", first.name, about=first, unit=counted(first.plays, "play"), rows=rows(n.artists))


def of_quiz(n: Numbers) -> Card:
    best, *others = rows(n.songs)
    choices = shuffled([best, *others[:: max(len(others) // 3, 1)][:3]], n.period.label)
    return Card("quiz", "Guess your song", "Before you look", "Which song did you play most?", rows=(best,), choices=choices)


def of_songs(n: Numbers) -> Card:
    first = row(n.songs[0])
    return Card("songs", "Top songs", "The song of it all", first.name, about=first, unit=counted(first.plays, "play"), rows=rows(n.songs[:5]))


def of_album(n: Numbers) -> Card:
    assert n.album
    album = row(n.album.album)
    heard = counted(n.album.songs, "song") if n.album.songs == n.album.of_songs else f"{n.album.songs} of its {n.album.of_songs} songs"
    return Card(
        "album", "Top album", "The album you lived in", album.name, about=album, unit=counted(album.plays, "play"),
        aside=f"{heard} heard, {percent(n.album.evenness)} even.",
        rule="Plays × evenness. 100 % even: every song was played alike.",
    )  # fmt: skip


def of_race(n: Numbers) -> Card:
    by_month = [n.by_month[artist.key] for artist in n.artists if artist.key is not None]
    steps = charts.steps_of([month for of in by_month for month in of])
    places = charts.standings(by_month, steps)
    firsts = [place.index(0) for place in places]
    longest = max(range(len(by_month)), key=firsts.count)
    what = "year" if steps[1].month == steps[0].month else "month"
    aside = f"{n.artists[longest].name} was first in {firsts.count(longest)} of {counted(len(steps), what)}."
    label = "Places in the end: " + ", ".join(f"{nth} {artist.name}" for nth, artist in enumerate(n.artists, 1)) + "."
    return Card(
        "race", "The race", "Five artists, one lead", "The race", rows=rows(n.artists), chart=charts.race(by_month, steps, label),
        aside=aside, rule=f"Among these five, by the plays of each {what}.",
    )  # fmt: skip


def of_repeat(n: Numbers) -> Card:
    assert n.repeat
    row_of = f", {n.repeat.in_a_row} of them in a row" if n.repeat.in_a_row > 1 else ""
    aside = f"On {wording.day(n.repeat.day)}{row_of}."
    return Card("repeat", "On repeat", "One song, one day", f"{n.repeat.song.plays}×", unit="the same song", rows=(row(n.repeat.song),), aside=aside)


def of_day(n: Numbers) -> Card:
    assert n.big_day
    day, usual = n.big_day.day, n.total.ms / n.total.active_days
    names = [f"{hour}" if hour % 6 == 0 else "" for hour in range(24)]
    most = max(range(24), key=n.big_day.hours.__getitem__)
    label = f"Minutes by hour of the day; most of them, {minutes(n.big_day.hours[most])}, in the hour from {most}:00."
    aside = f"From {wording.clock(n.big_day.first_at)} to {wording.clock(n.big_day.last_at)}, most of all {n.big_day.artist.name}."
    times = day.ms / usual
    against = f" That is {times:.1f} of your usual days." if times >= 1.5 else ""  # noqa: PLR2004
    about = "≈" if day.estimated_ms else ""
    return Card(
        "day", "The day you could not stop", "The day you could not stop", f"{day.day.day}\u00a0{day.day:%B}",
        unit=f"{about}{minutes(day.ms)} minutes in one day", chart=charts.columns(n.big_day.hours, names, label, height=640), aside=aside + against,
    )  # fmt: skip


def of_clock(n: Numbers) -> Card:
    kind, share = kind_of(n.hours, n.weekend_ms)
    most = max(range(24), key=n.hours.__getitem__)
    label = f"Minutes by hour of the day; the most from {most}:00 to {most + 1}:00."
    if kind is None:
        name, aside, rule = OTHERWISE, "No time of the day or week stands out: music is always on.", ""
    else:
        name, aside = kind.name, f"{percent(share)} of your minutes were {kind.words}."
        rule = f"{percent(kind.share)} there make {'an' if kind.name[0] in 'AE' else 'a'} {kind.name.lower()}."
    return Card("clock", "Your clock", "You are, by the clock,", name, chart=charts.wheel(n.hours, label), aside=aside, rule=rule)


def of_discoveries(n: Numbers) -> Card:
    found = n.discoveries
    share = percent(found.plays / n.total.plays)
    aside = f"{found.top[0].name} stuck. Together the new ones made {share} of your plays."
    unit = "artist you had never played" if found.artists == 1 else "artists you had never played"
    return Card("discoveries", "Discoveries", "New to you", f"{found.artists:,}", unit=unit, rows=rows(found.top), aside=aside)


def of_comeback(n: Numbers) -> Card:
    assert n.comeback
    back = row(n.comeback.artist)
    silent = f"{(n.comeback.back_on - n.comeback.last_on).days:,}"
    aside = f"Last heard {wording.day(n.comeback.last_on)}, back {wording.day(n.comeback.back_on)}. {counted(back.plays, 'play')} since."
    return Card("comeback", "The comeback", "The comeback", back.name, about=back, unit="days of silence, then back", chart=charts.figure(silent, f"{silent} days"), aside=aside)


def of_streak(n: Numbers) -> Card:
    assert n.streak
    is_running = not n.is_over and n.streak.last >= n.today - DAY
    end = "and it is still going" if is_running else f"to {wording.day(n.streak.last)}"
    aside = f"From {wording.day(n.streak.first)} {end}. Music on {counted(n.total.active_days, 'day')} in all."
    return Card("streak", "Your streak", "Day after day", f"{n.streak.days:,}", unit="days in a row", aside=aside)


def of_before(n: Numbers) -> Card:
    assert n.before
    now, then = n.total.ms, n.before.ms
    label = f"{minutes(then)} minutes then, {minutes(now)} now."
    chart = charts.columns([then, now], [n.before_label, n.period.label], label, height=760)
    aside = f"{minutes(now)} minutes; {n.before_label} had {minutes(then)}" + (" by this day." if not n.is_over else ".")
    return Card(
        "before", "Then and now", f"Against {n.before_label}", wording.change(now, then), unit="minutes of music",
        chart=chart, aside=aside,
    )  # fmt: skip


def of_age(n: Numbers) -> Card:
    known = {year: plays for year, plays in n.releases.items() if year}
    half, median = sum(known.values()) / 2, min(known)
    for year in sorted(known):
        if half <= 0:
            break
        median, half = year, half - known[year]
    decades = list(range(min(known) // 10 * 10, max(known) // 10 * 10 + 1, 10))
    plays = [sum(count for year, count in known.items() if year // 10 * 10 == decade) for decade in decades]
    label = "Plays by decade of release: " + ", ".join(f"{d}s {p:,}" for d, p in zip(decades, plays, strict=True)) + "."
    until = min(n.period.last, n.today).year
    return Card(
        "age", "Listening age", "If everyone loved what came out when they were 18, you would be", f"{until - median + GROWN_UP}",
        unit="years old", chart=charts.columns(plays, [f"{decade % 100:02d}s" for decade in decades], label),
        aside=f"Half of your plays are of music from {median} or before.", rule=f"18 + {until} − {median}. Year of the album.",
    )  # fmt: skip


def of_summary(n: Numbers) -> Card:
    unit = "minutes of music"
    summary = Card("summary", "All in one", n.period.label, minutes(n.total.ms), unit=unit, rows=rows(n.artists), more=rows(n.songs[:5]))
    return marked(summary, n)


STORIES: dict[str, Callable[[Numbers], Card]] = {
    "minutes": of_minutes, "artists": of_artists, "quiz": of_quiz, "songs": of_songs, "album": of_album, "race": of_race,
    "repeat": of_repeat, "day": of_day, "clock": of_clock, "discoveries": of_discoveries, "comeback": of_comeback,
    "streak": of_streak, "before": of_before, "age": of_age, "summary": of_summary,
}  # fmt: skip
