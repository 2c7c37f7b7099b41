"""Cards about beginnings, loyalty and ways to listen. Each may count on what `card_list` asks for."""

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped import charts
from brapped_assets.insights.wrapped.artist_days import MOST_ARTISTS
from brapped_assets.insights.wrapped.card import Card, Tile, Told, called, counted, row, rows
from brapped_assets.insights.wrapped.loyalty import HIT_PLAYS
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.traits import TRAITS
from brapped_assets.text import formatting
from brapped_assets.text.translation import N_, _, ngettext

IN_WORDS = ("", "", N_("You, in two words"), N_("You, in three words"), N_("You, in four words"))


def of_first(n: Numbers) -> Card:
    assert n.first
    song, day = row(n.first.song), n.first.at.date()
    days = (n.today - day) // DAY
    is_all = n.period.name == "all"
    told = [
        ngettext("%(num)s day ago.", "%(num)s days ago.", days) if days else "",
        _("That day had %(plays)s, %(minutes)s.", plays=counted(n.first.day_plays, "play"),
          minutes=counted(formatting.minutes(n.first.day_ms), "minute")),
        _("%(plays)s of it since.", plays=counted(n.first.song.plays, "play")),
    ]  # fmt: skip
    return Card(
        "first",
        _("Where it began"),
        _("The first song you played") if is_all else _("%(period)s began with", period=n.period.label),
        song.name,
        about=song,
        hero=song,
        unit=f"{formatting.day(day)}, {formatting.clock(n.first.at)}",
        aside=" ".join(filter(None, told)),
        rule=_("The first play known here. Your whole data export tells of the very first.") if is_all else "",
    )


def of_favourites(n: Numbers) -> Card:
    by_year = n.favourites.by_year
    return Card(
        "months",
        _("Song of each year") if by_year else _("Song of each month"),
        n.period.label,
        _("One song a year") if by_year else _("One song a month"),
        tiles=tuple(
            Tile(f"{one.step:%Y}" if by_year else formatting.dated(one.step, "LLL"), row(one.song))
            for one in n.favourites.of
        ),
        rule=_("The most played song of each year.") if by_year else _("The most played song of each month."),
    )


def of_loyal(n: Numbers) -> Card:
    assert n.loyal
    artist = row(n.loyal.artist)
    share = formatting.percent(n.loyal.days, n.total.active_days)
    days = counted(n.total.active_days, "day")
    return Card(
        "loyal",
        _("Always there"),
        _("Always there"),
        artist.name,
        about=artist,
        hero=artist,
        unit=_("on %(part)s of your %(days)s with music", part=n.loyal.days, days=days),
        chart=charts.figure(share, _("%(share)s of the days with music", share=share)),
        aside=_("%(plays)s in all.", plays=counted(artist.plays, "play")),
        rule=_("Of the %(many)s most played artists the one heard on the most days.", many=MOST_ARTISTS),
    )


def of_run(n: Numbers) -> Card:
    assert n.run
    artist, plays = row(n.run.artist), formatting.number(n.run.plays)
    return Card(
        "run",
        _("The longest run"),
        _("And nobody else"),
        artist.name,
        about=artist,
        hero=artist,
        unit=_("plays in a row"),
        chart=charts.figure(plays, _("%(plays)s plays in a row", plays=plays)),
        aside=_("From %(day)s on, with no other artist between.", day=formatting.day(n.run.first_on)),
    )


def of_one_hits(n: Numbers) -> Card:
    found = n.one_hits
    best = called(found.top[0].by)
    return Card(
        "onehits",
        _("One-hit artists"),
        _("One song, and no other"),
        formatting.number(found.artists),
        unit=ngettext("artist of one song", "artists of one song each", found.artists),
        hero=row(found.top[0]),
        strip=rows(found.top[1:]),
        rows=rows(found.top),
        aside=_("%(artist)s needed no other.", artist=best)
        if found.artists == 1
        else _("%(artist)s had the one you played most.", artist=best),
        rule=_("Artists of whom you played one song only, %(many)s times or more.", many=HIT_PLAYS),
    )


def of_finished(n: Numbers) -> Card:
    done, skipped = n.finished, n.traits.skipped
    told = _("%(done)s to the end, %(skipped)s skipped.", done=done.part, skipped=skipped.part)
    return Card(
        "finished",
        _("To the end"),
        _("To the very end"),
        formatting.percent(*done),
        unit=_("of what you started, you finished"),
        chart=charts.columns([done.part, skipped.part], [_("Finished"), _("Skipped")], told, height=640),
        aside=told,
        rule=_("Of %(whole)s songs, long and short, whose end your data export tells.", whole=done.whole),
    )


def of_traits(n: Numbers) -> Card:
    told = [trait for trait in TRAITS if trait.is_told(n.traits)]
    lines = tuple(
        Told(
            _(trait.name(n.traits)),
            formatting.percent(*trait.of(n.traits)),
            _("%(what)s. %(least)s and more: %(more)s; less: %(less)s.", what=_(trait.words),
              least=formatting.percent(trait.least, 1), more=_(trait.more), less=_(trait.less)),
            _("%(period)s: %(share)s", period=n.before_label, share=formatting.percent(*trait.of(n.traits_before)))
            if n.traits_before and trait.is_told(n.traits_before)
            else "",
        )
        for trait in told
    )  # fmt: skip
    return Card("traits", _("How you listen"), _("How you listen"), _(IN_WORDS[len(told)]), told=lines)
