"""Cards about time: minutes, days, hours. Each may count on what `card_list` asks for."""

from collections.abc import Sequence

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.card import Card, called, counted, marked, minutes, row, rows
from brapped_assets.insights.wrapped.listener_type import OTHERWISE, kind_of
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext

# A day that is worth so many others is told so.
OUT_OF_THE_ORDINARY = 1.5


def so_far(n: Numbers) -> str:
    """The period's name; one that still runs says so. "All time" and the last days always do run."""
    is_running = not n.is_over and n.period.name not in {"all", "7d", "30d"}
    return _("%(period)s, so far", period=n.period.label) if is_running else n.period.label


def of_minutes(n: Numbers) -> Card:
    told = {"time": formatting.duration(n.total.ms), "plays": counted(n.total.plays, "play"),
            "songs": counted(n.of_songs, "song"), "artists": counted(n.of_artists, "artist")}  # fmt: skip
    if n.of_artists:
        aside = _("That is %(time)s: %(plays)s of %(songs)s by %(artists)s.", **told)
    else:
        aside = _("That is %(time)s: %(plays)s of %(songs)s.", **told)
    share = formatting.percent(n.total.estimated_ms, n.total.ms)
    rule = ""
    if n.total.estimated_ms:
        exact = _("%(share)s of the minutes are estimated from the songs' length.", share=share)
        about = _("About %(share)s of the minutes are estimated from the songs' length.", share=share)
        rule = exact if "<" in share else about
    rule = " ".join(filter(None, [rule, formatting.impossible_repeats(n.impossible_repeats)]))
    unit = ngettext("minute of music", "minutes of music", formatting.minutes(n.total.ms))
    return marked(
        Card("minutes", _("Your minutes"), so_far(n), minutes(n.total.ms), unit=unit, aside=aside, rule=rule), n
    )


def of_repeat(n: Numbers) -> Card:
    assert n.repeat
    day, in_a_row = formatting.day(n.repeat.day), n.repeat.in_a_row
    of_them = _("On %(day)s, %(number)s of them in a row.", day=day, number=in_a_row)
    aside = of_them if in_a_row > 1 else _("On %(day)s.", day=day)
    song, times = row(n.repeat.song), f"{n.repeat.song.plays}×"
    plays = (("range", f"{n.repeat.day}"), ("track", f"{song.key}"))
    return Card(
        "repeat",
        _("On repeat"),
        _("One song, one day"),
        song.name,
        about=song,
        hero=song,
        unit=_("in one day"),
        chart=charts.figure(times, ngettext("%(num)s time", "%(num)s times", n.repeat.song.plays), plays),
        aside=aside,
    )


def of_day(n: Numbers) -> Card:
    assert n.big_day
    day, usual = n.big_day.day, n.total.ms / n.total.active_days
    names = [f"{hour}" if hour % 6 == 0 else "" for hour in range(24)]
    most = max(range(24), key=n.big_day.hours.__getitem__)
    label = _("Minutes by hour of the day; the most, %(minutes)s, in the hour from %(hour)s.",
              minutes=minutes(n.big_day.hours[most]), hour=formatting.hour(most))  # fmt: skip
    first, last = formatting.clock(n.big_day.first_at), formatting.clock(n.big_day.last_at)
    told = {"day": formatting.day(day.day), "first": first, "last": last}
    aside = _("%(day)s, from %(first)s to %(last)s.", **told)
    if n.big_day.artist:
        artist = called(n.big_day.artist.name)
        aside = _("%(day)s, from %(first)s to %(last)s, most of all %(artist)s.", **told, artist=artist)
    times = day.ms / usual
    usually = _("That is %(times)s of your usual days.", times=formatting.marked(f"{times:,.1f}"))
    aside = f"{aside} {usually}" if times >= OUT_OF_THE_ORDINARY else aside
    about = "≈" if day.estimated_ms else ""
    return Card(
        "day",
        _("The day you could not stop"),
        _("The day you could not stop"),
        formatting.dated(day.day, "MMMMd"),
        unit=ngettext(
            "%(minutes)s minute in one day",
            "%(minutes)s minutes in one day",
            formatting.minutes(day.ms),
            minutes=about + minutes(day.ms),
        ),
        chart=charts.columns(n.big_day.hours, names, label, height=640, plays=_hours(f"{day.day}", n.big_day.hours)),
        aside=aside,
    )


def of_clock(n: Numbers) -> Card:
    kind, share = kind_of(n.hours, n.weekend_ms)
    most = max(range(24), key=n.hours.__getitem__)
    label = _("Minutes by hour of the day; the most from %(first)s to %(last)s.", first=formatting.hour(most),
              last=formatting.hour((most + 1) % 24))  # fmt: skip
    if kind is None:
        name, aside, rule = _(OTHERWISE), _("No time of the day or week stands out: music is always on."), ""
    else:
        name, aside = _(kind.name), _(kind.words, share=formatting.percent(share, 1))
        rule = _(kind.rule, share=formatting.percent(kind.share, 1))
    return Card(
        "clock",
        _("Your clock"),
        _("You are, by the clock,"),
        name,
        chart=charts.wheel(n.hours, label, _hours(n.period.name, n.hours)),
        aside=aside,
        rule=rule,
    )


def _hours(name: str, hours: Sequence[int]) -> list[charts.Led]:
    """The plays of each hour of the day in a period that an address names."""
    return [
        charts.Led(
            (("range", name), ("hour", f"{hour}")),
            _("%(hour)s: %(minutes)s min", hour=formatting.hour(hour), minutes=minutes(ms)),
        )
        for hour, ms in enumerate(hours)
    ]


def of_streak(n: Numbers) -> Card:
    assert n.streak
    is_running = not n.is_over and n.streak.last >= n.today - DAY
    first = formatting.day(n.streak.first)
    in_all = _("Music on %(days)s in all.", days=counted(n.total.active_days, "day"))
    running = _("Since %(day)s, and still going.", day=first)
    over = _("From %(first)s to %(last)s.", first=first, last=formatting.day(n.streak.last))
    aside = f"{running if is_running else over} {in_all}"
    return Card(
        "streak",
        _("Your streak"),
        _("Day after day"),
        formatting.number(n.streak.days),
        unit=_("days in a row"),
        aside=aside,
    )


def of_before(n: Numbers) -> Card:
    assert n.before
    now, then = n.total.ms, n.before.ms
    label = _("%(then)s minutes then, %(now)s now.", then=minutes(then), now=minutes(now))
    plays = [
        charts.Led((("range", name),), _("%(period)s: %(minutes)s min", period=words, minutes=minutes(ms)))
        for name, words, ms in ((n.before_name, n.before_label, then), (n.period.name, n.period.label, now))
    ]
    chart = charts.columns([then, now], [n.before_label, n.period.label], label, height=760, plays=plays)
    aside = _("%(now)s minutes; %(period)s had %(then)s.", now=minutes(now), period=n.before_label, then=minutes(then))
    return Card(
        "before",
        _("Then and now"),
        _("Against %(period)s", period=n.before_label),
        formatting.change(now, then),
        unit=_("minutes of music"),
        chart=chart,
        aside=aside,
    )


def of_summary(n: Numbers) -> Card:
    unit = _("minutes of music")
    summary = Card(
        "summary",
        _("All in one"),
        so_far(n),
        minutes(n.total.ms),
        unit=unit,
        strip=rows(n.artists or n.songs[:5]),
        rows=rows(n.artists or n.songs[:5]),
        more=rows(n.songs[:5]) if n.artists else (),
    )
    return marked(summary, n)
