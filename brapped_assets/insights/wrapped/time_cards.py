"""Cards about time: minutes, days, hours. Each may count on what `needs` asks for."""

from collections.abc import Sequence

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.card import Card, called, counted, marked, minutes, row, rows
from brapped_assets.insights.wrapped.listener_type import OTHERWISE, kind_of
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.text import formatting

# A day that is worth so many others is told so.
OUT_OF_THE_ORDINARY = 1.5


def so_far(n: Numbers) -> str:
    """The period's name; one that still runs says so. "All time" and the last days always do run."""
    is_running = not n.is_over and n.period.name not in {"all", "7d", "30d"}
    return f"{n.period.label}, so far" if is_running else n.period.label


def of_minutes(n: Numbers) -> Card:
    kinds = counted(n.of_songs, "song") + (f" by {counted(n.of_artists, 'artist')}" if n.of_artists else "")
    aside = f"That is {formatting.duration(n.total.ms)}: {counted(n.total.plays, 'play')} of {kinds}."
    share = formatting.percent(n.total.estimated_ms, n.total.ms)
    about = "" if share.startswith("<") else "About "
    rule = f"{about}{share} of the minutes are estimated from the songs' length." if n.total.estimated_ms else ""
    rule = " ".join(filter(None, [rule, formatting.impossible_repeats(n.impossible_repeats)]))
    unit = "minute of music" if formatting.minutes(n.total.ms) == 1 else "minutes of music"
    return marked(Card("minutes", "Your minutes", so_far(n), minutes(n.total.ms), unit=unit, aside=aside, rule=rule), n)


def of_repeat(n: Numbers) -> Card:
    assert n.repeat
    row_of = f", {n.repeat.in_a_row} of them in a row" if n.repeat.in_a_row > 1 else ""
    aside = f"On {formatting.day(n.repeat.day)}{row_of}."
    song, times = row(n.repeat.song), f"{n.repeat.song.plays}×"
    plays = (("range", f"{n.repeat.day}"), ("track", f"{song.key}"))
    return Card(
        "repeat",
        "On repeat",
        "One song, one day",
        song.name,
        about=song,
        hero=song,
        unit="in one day",
        chart=charts.figure(times, f"{n.repeat.song.plays} times", plays),
        aside=aside,
    )


def of_day(n: Numbers) -> Card:
    assert n.big_day
    day, usual = n.big_day.day, n.total.ms / n.total.active_days
    names = [f"{hour}" if hour % 6 == 0 else "" for hour in range(24)]
    most = max(range(24), key=n.big_day.hours.__getitem__)
    label = f"Minutes by hour of the day; the most, {minutes(n.big_day.hours[most])}, in the hour from {most}:00."
    first, last = formatting.clock(n.big_day.first_at), formatting.clock(n.big_day.last_at)
    most_of_all = f", most of all {called(n.big_day.artist.name)}" if n.big_day.artist else ""
    aside = f"{formatting.day(day.day)}, from {first} to {last}{most_of_all}."
    times = day.ms / usual
    against = f" That is {times:.1f} of your usual days." if times >= OUT_OF_THE_ORDINARY else ""
    about = "≈" if day.estimated_ms else ""
    return Card(
        "day",
        "The day you could not stop",
        "The day you could not stop",
        f"{day.day.day}\u00a0{day.day:%B}",
        unit=f"{about}{minutes(day.ms)} minutes in one day",
        chart=charts.columns(n.big_day.hours, names, label, height=640, plays=_hours(f"{day.day}", n.big_day.hours)),
        aside=aside + against,
    )


def of_clock(n: Numbers) -> Card:
    kind, share = kind_of(n.hours, n.weekend_ms)
    most = max(range(24), key=n.hours.__getitem__)
    label = f"Minutes by hour of the day; the most from {most}:00 to {most + 1}:00."
    if kind is None:
        name, aside, rule = OTHERWISE, "No time of the day or week stands out: music is always on.", ""
    else:
        name, aside = kind.name, f"{formatting.percent(share, 1)} of your minutes were {kind.words}."
        article = "an" if kind.name[0] in "AE" else "a"
        rule = f"{formatting.percent(kind.share, 1)} there make {article} {kind.name.lower()}."
    return Card(
        "clock",
        "Your clock",
        "You are, by the clock,",
        name,
        chart=charts.wheel(n.hours, label, _hours(n.period.name, n.hours)),
        aside=aside,
        rule=rule,
    )


def _hours(name: str, hours: Sequence[int]) -> list[charts.Led]:
    """The plays of each hour of the day in a period that an address names."""
    return [
        charts.Led((("range", name), ("hour", f"{hour}")), f"{hour:02d}:00: {minutes(ms)} min")
        for hour, ms in enumerate(hours)
    ]


def of_streak(n: Numbers) -> Card:
    assert n.streak
    is_running = not n.is_over and n.streak.last >= n.today - DAY
    first = formatting.day(n.streak.first)
    when = f"Since {first}, and still going" if is_running else f"From {first} to {formatting.day(n.streak.last)}"
    aside = f"{when}. Music on {counted(n.total.active_days, 'day')} in all."
    return Card("streak", "Your streak", "Day after day", f"{n.streak.days:,}", unit="days in a row", aside=aside)


def of_before(n: Numbers) -> Card:
    assert n.before
    now, then = n.total.ms, n.before.ms
    label = f"{minutes(then)} minutes then, {minutes(now)} now."
    plays = [
        charts.Led((("range", name),), f"{words}: {minutes(ms)} min")
        for name, words, ms in ((n.before_name, n.before_label, then), (n.period.name, n.period.label, now))
    ]
    chart = charts.columns([then, now], [n.before_label, n.period.label], label, height=760, plays=plays)
    aside = f"{minutes(now)} minutes; {n.before_label} had {minutes(then)}."
    return Card(
        "before",
        "Then and now",
        f"Against {n.before_label}",
        formatting.change(now, then),
        unit="minutes of music",
        chart=chart,
        aside=aside,
    )


def of_summary(n: Numbers) -> Card:
    unit = "minutes of music"
    summary = Card(
        "summary",
        "All in one",
        so_far(n),
        minutes(n.total.ms),
        unit=unit,
        strip=rows(n.artists or n.songs[:5]),
        rows=rows(n.artists or n.songs[:5]),
        more=rows(n.songs[:5]) if n.artists else (),
    )
    return marked(summary, n)
