"""Cards about music: artists, songs, an album. Each may count on what `card_list` asks for."""

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
        _("Top artists"),
        _("Your number one"),
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
        "quiz",
        _("Guess your song"),
        _("Before you look"),
        _("Which song did you play most?"),
        rows=(best,),
        choices=choices,
    )


def of_songs(n: Numbers) -> Card:
    first = row(n.songs[0])
    return Card(
        "songs",
        _("Top songs"),
        _("The song of it all"),
        first.name,
        about=first,
        hero=first,
        unit=counted(first.plays, "play"),
        rows=rows(n.songs[:5]),
    )


def of_album(n: Numbers) -> Card:
    assert n.album
    album = row(n.album.album)
    share, songs = formatting.percent(n.album.evenness, 1), n.album.songs
    if songs == n.album.of_songs:
        aside = ngettext("%(num)s song heard, played %(share)s evenly.",
                         "%(num)s songs heard, played %(share)s evenly.", songs, share=share)  # fmt: skip
    else:
        aside = ngettext("%(part)s of its %(num)s song heard, played %(share)s evenly.",
                         "%(part)s of its %(num)s songs heard, played %(share)s evenly.",
                         n.album.of_songs, part=songs, share=share)  # fmt: skip
    return Card(
        "album",
        _("Top album"),
        _("The album you lived in"),
        album.name,
        about=album,
        hero=album,
        unit=counted(album.plays, "play"),
        aside=aside,
        rule=_("Chosen by plays × evenness: 100 %% when every song was played alike."),
    )


def of_race(n: Numbers) -> Card:
    by_month = [n.by_month[artist.key] for artist in n.artists if artist.key is not None]
    steps = charts.steps_of([month for of in by_month for month in of])
    places = charts.standings(by_month, steps)
    firsts = [place.index(0) for place in places]
    longest = max(range(len(by_month)), key=firsts.count)
    is_by_year = steps[1].month == steps[0].month
    aside = _("%(artist)s was first in %(times)s of %(steps)s.", artist=called(n.artists[longest].name),
              times=firsts.count(longest), steps=counted(len(steps), "year" if is_by_year else "month"))  # fmt: skip
    plays = [
        charts.Led((("range", n.period.name), ("artist", f"{artist.key}")), artist.name)
        for artist in n.artists
        if artist.key is not None
    ]
    places_in_words = ", ".join(f"{nth} {artist.name}" for nth, artist in enumerate(n.artists, 1))
    label = _("Places in the end: %(places)s.", places=places_in_words)
    return Card(
        "race",
        _("The race"),
        _("Five artists, one lead"),
        _("The race"),
        rows=rows(n.artists),
        chart=charts.race(places, steps, label, plays),
        aside=aside,
        rule=_("Among these five, by the plays of each year.")
        if is_by_year
        else _("Among these five, by the plays of each month."),
    )


def of_discoveries(n: Numbers) -> Card:
    found = n.discoveries
    share = formatting.percent(found.plays, n.total.plays)
    aside = _("%(artist)s stayed. Together the new ones made %(share)s of your plays.",
              artist=called(found.top[0].name), share=share)  # fmt: skip
    unit = ngettext("artist you had never played", "artists you had never played", found.artists)
    top = rows(found.top)
    return Card(
        "discoveries",
        _("Discoveries"),
        _("New to you"),
        formatting.number(found.artists),
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
        aside=_(
            "From the most played, %(first)s, to %(last)s.", first=called(shown[0].name), last=called(shown[-1].name)
        ),
    )


def of_comeback(n: Numbers) -> Card:
    assert n.comeback
    back = row(n.comeback.artist)
    days = (n.comeback.back_on - n.comeback.last_on).days
    since = (("range", f"{n.comeback.back_on}..{min(n.period.last, n.today)}"), ("artist", f"{back.key}"))
    last, first = formatting.day(n.comeback.last_on), formatting.day(n.comeback.back_on)
    aside = _("Last heard %(last)s, back %(first)s. %(plays)s since.", last=last, first=first,
              plays=counted(back.plays, "play"))  # fmt: skip
    return Card(
        "comeback",
        _("The comeback"),
        _("The comeback"),
        back.name,
        about=back,
        hero=back,
        unit=_("days of silence, then back"),
        chart=charts.figure(formatting.number(days), counted(days, "day"), since),
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
    called_so = [_("%(decade)ss", decade=str(decade)) for decade in decades]
    led = [
        charts.Led((("range", n.period.name), ("decade", f"{decade}")), f"{name}: {counted(count, 'play')}")
        for decade, name, count in zip(decades, called_so, plays, strict=True)
    ]
    told = ", ".join(f"{name} {formatting.number(many)}" for name, many in zip(called_so, plays, strict=True))
    label = _("Plays by decade of release: %(plays)s.", plays=told)
    until = min(n.period.last, n.today).year
    heading = _("If everyone loved what came out when they were 18, you would be")
    return Card(
        "age",
        _("Listening age"),
        heading,
        f"{until - median + GROWN_UP}",
        unit=_("years old"),
        chart=charts.columns(
            plays, [_("%(decade)ss", decade=f"{decade % 100:02d}") for decade in decades], label, plays=led
        ),
        aside=_("Half of your plays are of music from %(year)s or before.", year=str(median)),
        rule=_("%(sum)s. Year of the album.", sum=f"18 + {until} − {median}"),
    )
