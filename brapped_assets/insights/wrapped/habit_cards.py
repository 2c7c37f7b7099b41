"""Cards about beginnings, loyalty and ways to listen. Each may count on what `thresholds` asks for."""

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.card import Card, Tile, Told, called, counted, minutes, row, rows
from brapped_assets.insights.wrapped.loyalty import HIT_PLAYS, MOST_ARTISTS
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.traits import TRAITS
from brapped_assets.text import formatting

IN_WORDS = ("", "one word", "two words", "three words", "four words")


def of_first(n: Numbers) -> Card:
    assert n.first
    song, day = row(n.first.song), n.first.at.date()
    is_all = n.period.name == "all"
    of_day = f"That day had {counted(n.first.day_plays, 'play')}, {minutes(n.first.day_ms)} minutes."
    since = counted(n.first.song.plays, "play") + " of it since."
    return Card(
        "first",
        "Where it began",
        "The first song you played" if is_all else f"{n.period.label} began with",
        song.name,
        about=song,
        unit=f"{formatting.day(day)}, {formatting.clock(n.first.at)}",
        aside=f"{_ago((n.today - day) // DAY)}{of_day} {since}",
        rule="The first play known here. Your whole data export tells of the very first." if is_all else "",
    )


def _ago(days: int) -> str:
    return f"{counted(days, 'day')} ago. " if days else ""


def of_favourites(n: Numbers) -> Card:
    what = "year" if n.favourites.by_year else "month"
    tiles = tuple(
        Tile(f"{one.step:%Y}" if n.favourites.by_year else f"{one.step:%b}", row(one.song)) for one in n.favourites.of
    )
    return Card(
        "months",
        f"Song of each {what}",
        n.period.label,
        f"One song a {what}",
        tiles=tiles,
        rule=f"The most played song of each {what}.",
    )


def of_loyal(n: Numbers) -> Card:
    assert n.loyal
    artist = row(n.loyal.artist)
    share = formatting.percent(n.loyal.days, n.total.active_days)
    return Card(
        "loyal",
        "Always there",
        "Always there",
        artist.name,
        about=artist,
        unit=f"on {n.loyal.days:,} of your {counted(n.total.active_days, 'day')} with music",
        chart=charts.figure(share, f"{share} of the days with music"),
        rule=f"Of the {MOST_ARTISTS} most played artists the one heard on the most days.",
    )


def of_run(n: Numbers) -> Card:
    assert n.run
    artist = row(n.run.artist)
    return Card(
        "run",
        "The longest run",
        "And nobody else",
        artist.name,
        about=artist,
        unit="plays in a row",
        chart=charts.figure(f"{n.run.plays:,}", f"{n.run.plays:,} plays in a row"),
        aside=f"From {formatting.day(n.run.first_on)} on, with no other artist between.",
    )


def of_one_hits(n: Numbers) -> Card:
    found = n.one_hits
    return Card(
        "onehits",
        "One-hit artists",
        "One song, and no other",
        f"{found.artists:,}",
        unit="artist of one song" if found.artists == 1 else "artists of one song each",
        rows=rows(found.top),
        aside=f"Of {called(found.top[0].by)} and nobody else you wanted just that one more often."
        if found.artists == 1
        else f"{called(found.top[0].by)} had the one you played most.",
        rule=f"Artists of whom you played one song only, {HIT_PLAYS} times or more.",
    )


def of_finished(n: Numbers) -> Card:
    done, skipped = n.finished, n.traits.skipped
    label = f"{done.part:,} songs heard to the end, {skipped.part:,} skipped."
    return Card(
        "finished",
        "To the end",
        "To the very end",
        formatting.percent(*done),
        unit="of what you started, you finished",
        chart=charts.columns([done.part, skipped.part], ["Finished", "Skipped"], label, height=640),
        aside=f"{done.part:,} to the end, {skipped.part:,} skipped.",
        rule=f"Of {done.whole:,} songs, long and short, whose end your data export tells.",
    )


def of_traits(n: Numbers) -> Card:
    told = [trait for trait in TRAITS if trait.is_told(n.traits)]
    lines = tuple(
        Told(
            trait.name(n.traits),
            formatting.percent(*trait.of(n.traits)),
            f"{trait.words}. {formatting.percent(trait.least, 1)} and more: {trait.more.lower()}; "
            f"less: {trait.less.lower()}.",
            f"{n.before_label}: {formatting.percent(*trait.of(n.traits_before))}"
            if n.traits_before and trait.is_told(n.traits_before)
            else "",
        )
        for trait in told
    )
    return Card("traits", "How you listen", "How you listen", f"You, in {IN_WORDS[len(told)]}", told=lines)
