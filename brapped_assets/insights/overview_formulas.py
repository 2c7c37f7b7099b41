"""How the numbers of the overview are counted."""

from brapped_assets.insights.formulas import Formula, counted

FORMULAS = [
    Formula(
        "Plays",
        "Every time a song was listened to for 30 seconds or more. A play belongs to the day and the hour in which"
        " it ended, in your time zone. Private sessions are left out.",
        counted("count(*) as plays"),
    ),
    Formula(
        "Minutes",
        "The time listened of these plays, added up and then rounded. Your export tells it for each play. For a "
        "play that only Spotify's list of recent plays told of, it is estimated: the length of the song, but no "
        "more than the time since the play before it, and no less than 30 seconds. “≈” says that some of the "
        "minutes are estimated.",
        counted("coalesce(sum(ms_played), 0)::bigint as ms"),
    ),
    Formula(
        "Estimated share",
        "The part of the minutes that is estimated.",
        counted("coalesce(sum(ms_played) filter (where ms_played_basis = 'estimated'), 0)::bigint as estimated_ms"),
    ),
    Formula(
        "Days with music",
        "Days with at least one play.",
        counted("count(distinct played_on) as active_days"),
    ),
    Formula(
        "Artists",
        "By plays of their own songs. Only the main artist of a song counts, never a featured one, or a play would"
        " count twice. Of two with as many plays the one with more minutes comes first, then the one known longer.",
        counted(
            "artist_key, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by artist_key\norder by plays desc, ms desc, artist_key",
        ),
    ),
    Formula(
        "Songs",
        "By plays; ties as for artists. Each release of a recording has its own place; its page shows all of them "
        "together.",
        counted(
            "track_key, count(*) as plays, sum(ms_played)::bigint as ms",
            then="group by track_key\norder by plays desc, ms desc, track_key",
        ),
    ),
    Formula(
        "Albums",
        "By plays of their songs, whatever the release: titles that differ in no more than the edition (deluxe, "
        "remastered, anniversary…), by the same album artist, are one album, here, on its own page and in Wrapped. "
        "Ties as for artists.",
        counted(
            "release_group, count(*) as plays, sum(ms_played)::bigint as ms",
            of="bi.plays join (select track_key, release_group from bi.tracks) albums using (track_key)",
            where="release_group is not null",
            then="group by release_group\norder by plays desc, ms desc",
        ),
    ),
    Formula(
        "New artists",
        "Artists whose first play ever lies in the period.",
        "select count(*) as new_artists\n"
        "from (select artist_key, min(played_on) as first_on\n"
        "        from bi.plays\n"
        "       where listener_id = :listener_id and counts_as_play and incognito is not true\n"
        "       group by artist_key) firsts\n"
        "where first_on >= :first and first_on < :until",
    ),
    Formula(
        "At least",
        "Spotify's list holds the last 50 plays. Where a look at it did not reach back to the one before, plays "
        "may be missing in between, and every number of a period with such a stretch is a lower bound until your "
        "export fills it.",
        "select count(*) as gaps\n"
        "from bi.coverage_gaps join bi.listeners using (listener_id)\n"
        "where listener_id = :listener_id and closed_at is null\n"
        "  and (gap_start at time zone time_zone)::date < :until\n"
        "  and (gap_end at time zone time_zone)::date >= :first",
    ),
]
