"""How the overview counts when and how somebody listens."""

from brapped_assets.insights.how_counted.formula import Formula, counted

# Ends of runs of days: a day minus its place among the days with music is the same all through a run.
RUNS = (
    "select min(played_on) as first, max(played_on) as last, count(*) as days\n"
    "from (select played_on, played_on - row_number() over (order by played_on)::int as run\n"
    "        from (\n{days}\n             ) days) runs\n"
    "group by run\n{order}"
)
TOLD = (
    "select {what}\n"
    "from bi.shown_plays\n"
    "where listener_id = :listener_id and played_on >= :first and played_on < :until and {told}"
)

FORMULAS = [
    Formula(
        "Your week",
        "Plays (or their milliseconds) by local weekday, 1 is Monday, and hour of the END of the play. A darker field "
        "is more; the darkest begins where one field in twenty lies, so that a single wild hour dims no other.",
        counted(
            "extract(isodow from played_on)::int as weekday, played_hour as hour, count(*) as plays, "
            "sum(ms_played)::bigint as ms",
            then="group by 1, 2\norder by 1, 2",
        ),
    ),
    Formula(
        "Calendar, and minutes by day",
        "Plays and milliseconds of each local day; a day in a gap is hatched, whatever was seen of it.",
        counted(
            "played_on as day, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by played_on\norder by played_on",
        ),
    ),
    Formula(
        "Biggest day",
        "The day with the most plays (ranked by minutes: the most milliseconds); of equal ones the first.",
        counted(
            "played_on as day, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by played_on\norder by plays desc, day\nlimit 1",
        ),
    ),
    Formula(
        "Longest streak",
        "The longest run of days in a row with a play, inside the period; of equal ones the first.",
        RUNS.format(days=counted("distinct played_on"), order="order by days desc, first\nlimit 1"),
    ),
    Formula(
        "Streak going on",
        "The run of days in a row that reaches today (:today), or yesterday while today is young, however long ago it "
        "began.",
        RUNS.format(
            days="select distinct played_on\nfrom bi.shown_plays\nwhere listener_id = :listener_id and counts_as_play",
            order="having max(played_on) >= :today::date - 1\norder by last desc\nlimit 1",
        ),
    ),
    Formula(
        "Longest session",
        "A session is plays with at most 30 minutes of silence between the end of one and the beginning of the next. "
        "It lasts from the beginning of its first play to the end of its last, and belongs to the first day on which "
        "one of its plays ended. Of equal ones that with more plays, then the first.",
        "select min(played_on) as day, min(began_at) as started_at, max(played_at) as ended_at, count(*) as plays\n"
        "from (select *, count(*) filter (where after_silence) over (order by played_at, play_key) as nth\n"
        "        from (select *, began_at - lag(played_at) over (order by played_at, play_key)\n"
        "                        > interval '30 minutes' as after_silence\n"
        "                from (select *, played_at - ms_played * interval '1 ms' as began_at from bi.shown_plays\n"
        "                       where listener_id = :listener_id and counts_as_play) p) b) n\n"
        "group by nth\n"
        "having min(played_on) >= :first and min(played_on) < :until\n"
        "order by max(played_at) - min(began_at) desc, plays desc, started_at\n"
        "limit 1",
    ),
    Formula(
        "How you listen",
        "Of the plays of any length whose details an extended export tells: those skipped, in shuffle, offline.",
        TOLD.format(
            what="count(*) as told, count(*) filter (where skipped) as skipped,\n"
            "       count(*) filter (where shuffle) as shuffled, count(*) filter (where offline) as offline",
            told="shuffle is not null",
        ),
    ),
    Formula(
        "On which device",
        "Plays by the device that an export names; the page puts its words into kinds (phone, computer, speaker…).",
        counted(
            "platform, count(*) as plays",
            where="platform is not null",
            then="group by platform\norder by platform",
        ),
    ),
]
