"""How the numbers of the overview are counted."""

from brapped_assets.insights.how_counted.formula import GUESTS, KNOWN, Formula, counted

FORMULAS = [
    Formula(
        "Plays",
        "Every time a song was listened to for 30 seconds or more. A play belongs to the day and the hour in which"
        " it ended, in your time zone. Private sessions are left out, and so are impossible repeats: a song that is"
        " reported again, just as long, sooner after it last counted than it lasts cannot have been heard again.",
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
        " count twice. Of two with as many plays the one with more minutes comes first, then the one known longer. A "
        "data export names the album's artist, and “Various Artists” is nobody: such songs have no artist until they "
        "are looked up. Their plays count among all plays, and the page says how many they are.",
        counted(
            "artist_key, count(*) as plays, sum(ms_played)::bigint as ms",
            where=KNOWN,
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
        "Where two titles of one album artist differ in no more than what is in brackets or behind a dash, MusicBrainz "
        "is asked: releases that it has in one release group are one album, others are not. Ties as for artists.",
        counted(
            "release_group, count(*) as plays, sum(ms_played)::bigint as ms",
            of="bi.shown_plays join (select track_key, release_group from bi.track_albums) albums using (track_key)",
            then="group by release_group\norder by plays desc, ms desc, release_group",
        ),
    ),
    Formula(
        "Variety",
        "Different songs, main artists and albums, and how many songs were played once. The share of the favourites is "
        "that of the ten artists listed, of all plays (or minutes) of the period.",
        "\n".join(
            [
                f"select count(*) as songs, count(distinct artist_key) filter (where {KNOWN}) as artists,",
                "       count(distinct release_group) as albums, count(*) filter (where plays = 1) as songs_once",
                "from (",
                counted("track_key, artist_key, count(*) as plays", then="group by track_key, artist_key"),
                ") songs",
                "left join bi.track_albums using (track_key)",
            ]
        ),
    ),
    Formula(
        "New songs",
        "Songs whose first play ever lies in the period, and their plays in it.",
        "select count(distinct track_key) as new_songs, count(*) as plays, coalesce(sum(ms_played), 0)::bigint as ms\n"
        "from (select *, min(played_on) over (partition by track_key) as first_on\n"
        "        from bi.shown_plays\n"
        "       where listener_id = :listener_id and counts_as_play) p\n"
        "where first_on >= :first and played_on >= :first and played_on < :until",
    ),
    Formula(
        "New artists",
        "Artists whose first play ever lies in the period. The loudest newcomers are those with the most plays in it.",
        "select artist_key, count(*) as plays, sum(ms_played)::bigint as ms\n"
        "from (select *, min(played_on) over (partition by artist_key) as first_on\n"
        "        from bi.shown_plays\n"
        "       where listener_id = :listener_id and counts_as_play) p\n"
        "where first_on >= :first and played_on >= :first and played_on < :until\n"
        "  and artist_key in (select artist_key from bi.artists where is_known)\n"
        "group by artist_key\n"
        "order by plays desc, ms desc, artist_key",
    ),
    Formula(
        "As lead, and as guest",
        "For each of the ten artists: plays of others' songs on which they are credited. Never added to their own.",
        "select c.artist_key, count(*) as plays, sum(ms_played)::bigint as ms\n"
        "from bi.shown_plays p\n"
        f"join {GUESTS} c using (track_key)\n"
        "where listener_id = :listener_id and played_on >= :first and played_on < :until\n"
        "  and counts_as_play and c.artist_key <> p.artist_key\n"
        "group by c.artist_key\n"
        "order by c.artist_key",
    ),
    Formula(
        "By decade",
        "Plays by the decade in which the release played came out, where that is known.",
        counted(
            "(extract(year from release_date)::int / 10) * 10 as decade, count(*) as plays, "
            "sum(ms_played)::bigint as ms",
            of="bi.shown_plays join (select track_key, release_date from bi.track_albums) albums using (track_key)",
            where="release_date is not null",
            then="group by decade\norder by decade",
        ),
    ),
    Formula(
        "Change",
        "Plays and minutes against those of as many days before; a year or a month against the same days of the last "
        "one, as far as it has come. Told only where both times are known whole, but for a fiftieth of each: a time is "
        "known by the files of a data export and by polls without gaps.",
        counted("count(*) as plays, coalesce(sum(ms_played), 0)::bigint as ms")
        .replace(":first", ":before_first")
        .replace(":until", ":before_until"),
    ),
    Formula(
        "At least",
        "Spotify's list holds the last 50 plays. Where a look at it did not reach back to the one before, plays "
        "may be missing in between, and every number of a period with such a stretch is a lower bound until your "
        "export fills it.",
        "select count(*) as gaps\n"
        "from bi.coverage_gaps g\n"
        "join bi.listener_zones a on a.listener_id = g.listener_id\n"
        "  and coalesce(gap_start >= a.holds_from, true) and coalesce(gap_start < a.holds_until, true)\n"
        "join bi.listener_zones b on b.listener_id = g.listener_id\n"
        "  and coalesce(gap_end >= b.holds_from, true) and coalesce(gap_end < b.holds_until, true)\n"
        "where g.listener_id = :listener_id and closed_at is null\n"
        "  and (gap_start at time zone a.time_zone)::date < :until\n"
        "  and (gap_end at time zone b.time_zone)::date >= :first",
    ),
]
