"""The measures of the model: in words, in DAX, and as SQL that gives the same for everything there is."""

from typing import NamedTuple

from brapped_assets.insights.how_counted.formula import KNOWN

WHOLE, DECIMAL, PERCENT, DAY = "#,0", "#,0.0", "0.0%", "Short Date"


class Measure(NamedTuple):
    """`sql` has one row with one column, `value`, and no period: in a report the period is a filter on `dates`."""

    name: str
    words: str
    dax: str
    sql: str
    format: str


def _counted(value: str, *, where: str = "") -> str:
    lines = ["select", value, "as value from bi.shown_plays where counts_as_play", where]
    return " ".join(lines).rstrip()


def _new(keys: str) -> str:
    return (
        "VAR firsts =\n"
        f'\tADDCOLUMNS ( {keys}, "@first", CALCULATE ( [First day], REMOVEFILTERS ( dates ) ) )\n'
        "RETURN COUNTROWS ( FILTER ( firsts, [@first] IN VALUES ( dates[day] ) ) )"
    )


MEASURES = (
    Measure(
        "Plays", "Plays of 30 seconds and more.",
        "CALCULATE ( COUNTROWS ( plays ), plays[counts_as_play] = TRUE () )",
        _counted("count(*)"), WHOLE,
    ),
    Measure(
        "Minutes", "The time listened of these plays.",
        "DIVIDE ( CALCULATE ( SUM ( plays[ms_played] ), plays[counts_as_play] = TRUE () ), 60000 )",
        _counted("sum(ms_played) / 60000.0"), WHOLE,
    ),
    Measure(
        "Active days", "Days with at least one play.",
        "CALCULATE ( DISTINCTCOUNT ( plays[played_on] ), plays[counts_as_play] = TRUE () )",
        _counted("count(distinct played_on)"), WHOLE,
    ),
    Measure(
        "Minutes per active day", "Minutes divided by active days.",
        "DIVIDE ( [Minutes], [Active days] )",
        _counted("sum(ms_played) / 60000.0 / nullif(count(distinct played_on), 0)"), DECIMAL,
    ),
    Measure(
        "Estimated share", "The part of the minutes that is estimated, because only Spotify's API told of the play.",
        'DIVIDE ( CALCULATE ( [Minutes], plays[ms_played_basis] = "estimated" ), [Minutes] )',
        _counted("sum(ms_played) filter (where ms_played_basis = 'estimated') * 1.0 / nullif(sum(ms_played), 0)"),
        PERCENT,
    ),
    Measure(
        "Main minutes", "Minutes of the artists' own songs. All artists' together are the minutes.",
        "[Minutes]",
        _counted("sum(ms_played) / 60000.0"), WHOLE,
    ),
    Measure(
        "Featured minutes",
        "Minutes of other artists' songs on which they are guests. Never to be added to minutes: those are counted "
        "once, for the main artist.",
        "CALCULATE (\n"
        "\t[Minutes],\n"
        "\tKEEPFILTERS ( TREATAS (\n"
        '\t\tCALCULATETABLE ( VALUES ( track_artists[track_key] ), track_artists[role] = "featured" ),\n'
        "\t\ttracks[track_key]\n"
        "\t) ),\n"
        "\tREMOVEFILTERS ( artists )\n"
        ")",
        _counted(
            "sum(ms_played) / 60000.0",
            where="and track_key in (select track_key from bi.track_artists where role = 'featured')",
        ),
        WHOLE,
    ),
    Measure(
        "Artists", "Different main artists played, without the one that stands for artists not known yet.",
        "CALCULATE (\n"
        "\tDISTINCTCOUNT ( plays[artist_key] ),\n"
        "\tplays[counts_as_play] = TRUE (),\n"
        "\tKEEPFILTERS ( artists[is_known] = TRUE () )\n"
        ")",
        _counted("count(distinct artist_key)", where=f"and {KNOWN}"), WHOLE,
    ),
    Measure(
        "Songs", "Different tracks played.",
        "CALCULATE ( DISTINCTCOUNT ( plays[track_key] ), plays[counts_as_play] = TRUE () )",
        _counted("count(distinct track_key)"), WHOLE,
    ),
    Measure(
        "First day", "Day of the first play.",
        "CALCULATE ( MIN ( plays[played_on] ), plays[counts_as_play] = TRUE () )",
        _counted("min(played_on)"), DAY,
    ),
    Measure(
        "Last day", "Day of the last play.",
        "CALCULATE ( MAX ( plays[played_on] ), plays[counts_as_play] = TRUE () )",
        _counted("max(played_on)"), DAY,
    ),
    Measure(
        "New artists", "Artists whose first play ever lies in the period.",
        _new("CALCULATETABLE ( VALUES ( plays[artist_key] ), KEEPFILTERS ( artists[is_known] = TRUE () ) )"),
        _counted("count(distinct artist_key)", where=f"and {KNOWN}"), WHOLE,
    ),
    Measure(
        "New songs", "Tracks whose first play ever lies in the period.", _new("VALUES ( plays[track_key] )"),
        _counted("count(distinct track_key)"), WHOLE,
    ),
    Measure(
        "Minutes a year before", "Minutes of the same days, a year earlier.",
        "CALCULATE ( [Minutes], SAMEPERIODLASTYEAR ( dates[day] ) )",
        _counted(
            "sum(ms_played) / 60000.0",
            where="and played_on in (select (day - interval '1 year')::date from bi.dates)",
        ),
        WHOLE,
    ),
    Measure(
        "Open gaps", "Stretches of time, of any period, in which plays may be missing: the numbers are at least.",
        "CALCULATE ( COUNTROWS ( coverage_gaps ), ISBLANK ( coverage_gaps[closed_at] ) )",
        "select count(*) as value from bi.coverage_gaps where closed_at is null", WHOLE,
    ),
)  # fmt: skip
