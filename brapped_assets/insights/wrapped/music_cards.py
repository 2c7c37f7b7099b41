"""Cards about music: artists, songs, an album. Each may count on what `needs` asks for."""

from math import isqrt

from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.card import Card, called, counted, row, rows, shuffled
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext

GROWN_UP = 18
MOST_A_SIDE = 10


def of_artists(n: Numbers) -> Card:
    first = row(n.artists[0])
    return Card(
        "artists",
        "Top artists",
        "Your number one",
        first.name,
        about=first,
        hero=first,
        unit=counted(first.plays, "play"),
        rows=rows(n.artists),
        aside=formatting.unknown_artist(n.unknown_plays),
    )


def of_quiz(n: Numbers) -> Card:
    best, *others = rows(n.songs)
    choices = shuffled([best, *others[:: max(len(others) // 3, 1)][:3]], n.period.label)
    return Card(
        "quiz", "Guess your song", "Before you look", "Which song did you play most?", rows=(best,), choices=choices
    )


def of_songs(n: Numbers) -> Card:
    first = row(n.songs[0])
    return Card(
        "songs",
        "Top songs",
        "The song of it all",
        first.name,
        about=first,
        hero=first,
        unit=counted(first.plays, "play"),
        rows=rows(n.songs[:5]),
    )


def of_album(n: Numbers) -> Card:
    assert n.album
    album = row(n.album.album)
    of = "" if n.album.songs == n.album.of_songs else f"of its {n.album.of_songs} "
    return Card(
        "album",
        "Top album",
        "The album you lived in",
        album.name,
        about=album,
        hero=album,
        unit=counted(album.plays, "play"),
        aside=f"{n.album.songs} {of}songs heard, played {formatting.percent(n.album.evenness, 1)} evenly.",
        rule="Chosen by plays × evenness: 100 % when every song was played alike.",
    )


def of_race(n: Numbers) -> Card:
    by_month = [n.by_month[artist.key] for artist in n.artists if artist.key is not None]
    steps = charts.steps_of([month for of in by_month for month in of])
    places = charts.standings(by_month, steps)
    firsts = [place.index(0) for place in places]
    longest = max(range(len(by_month)), key=firsts.count)
    what = "year" if steps[1].month == steps[0].month else "month"
    aside = f"{called(n.artists[longest].name)} was first in {firsts.count(longest)} of {counted(len(steps), what)}."
    plays = [
        charts.Led((("range", n.period.name), ("artist", f"{artist.key}")), artist.name)
        for artist in n.artists
        if artist.key is not None
    ]
    label = "Places in the end: " + ", ".join(f"{nth} {artist.name}" for nth, artist in enumerate(n.artists, 1)) + "."
    return Card(
        "race",
        "The race",
        "Five artists, one lead",
        "The race",
        rows=rows(n.artists),
        chart=charts.race(by_month, steps, label, plays),
        aside=aside,
        rule=f"Among these five, by the plays of each {what}.",
    )


def of_discoveries(n: Numbers) -> Card:
    found = n.discoveries
    share = formatting.percent(found.plays, n.total.plays)
    aside = f"{called(found.top[0].name)} stayed. Together the new ones made {share} of your plays."
    unit = "artist you had never played" if found.artists == 1 else "artists you had never played"
    top = rows(found.top)
    return Card(
        "discoveries",
        "Discoveries",
        "New to you",
        f"{found.artists:,}",
        hero=top[0],
        strip=top[1:],
        rows=top,
        unit=unit,
        aside=aside,
    )


def of_covers(n: Numbers) -> Card:
    side = min(isqrt(len(n.covers)), MOST_A_SIDE)
    shown = rows(n.covers[: side * side])
    return Card(
        "covers",
        _("In covers"),
        n.period.label,
        ngettext("%(num)s cover", "%(num)s covers", len(shown)),
        mosaic=shown,
        unit=_("Your albums, the most played first"),
        aside=_("From %(first)s to %(last)s.", first=called(shown[0].name), last=called(shown[-1].name)),
    )


def of_comeback(n: Numbers) -> Card:
    assert n.comeback
    back = row(n.comeback.artist)
    silent = f"{(n.comeback.back_on - n.comeback.last_on).days:,}"
    since = (("range", f"{n.comeback.back_on}..{min(n.period.last, n.today)}"), ("artist", f"{back.key}"))
    last, first = formatting.day(n.comeback.last_on), formatting.day(n.comeback.back_on)
    aside = f"Last heard {last}, back {first}. {counted(back.plays, 'play')} since."
    return Card(
        "comeback",
        "The comeback",
        "The comeback",
        back.name,
        about=back,
        hero=back,
        unit="days of silence, then back",
        chart=charts.figure(silent, f"{silent} days", since),
        aside=aside,
    )


def of_age(n: Numbers) -> Card:
    known = {year: plays for year, plays in n.releases.items() if year}
    half, median = sum(known.values()) / 2, min(known)
    for year in sorted(known):
        if half <= 0:
            break
        median, half = year, half - known[year]
    decades = list(range(min(known) // 10 * 10, max(known) // 10 * 10 + 1, 10))
    plays = [sum(count for year, count in known.items() if year // 10 * 10 == decade) for decade in decades]
    led = [
        charts.Led((("range", n.period.name), ("decade", f"{decade}")), f"{decade}s: {counted(count, 'play')}")
        for decade, count in zip(decades, plays, strict=True)
    ]
    label = "Plays by decade of release: " + ", ".join(f"{d}s {p:,}" for d, p in zip(decades, plays, strict=True)) + "."
    until = min(n.period.last, n.today).year
    heading = "If everyone loved what came out when they were 18, you would be"
    return Card(
        "age",
        "Listening age",
        heading,
        f"{until - median + GROWN_UP}",
        unit="years old",
        chart=charts.columns(plays, [f"{decade % 100:02d}s" for decade in decades], label, plays=led),
        aside=f"Half of your plays are of music from {median} or before.",
        rule=f"18 + {until} − {median}. Year of the album.",
    )
