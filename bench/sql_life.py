"""A life of listening straight in the star schema, a million plays in half a minute: what pages are measured on.

It begins ten years ago, whatever its plays: more plays are a keener listener. They come in sittings of one to forty
songs; half of the plays of a month are of its own two hundred songs (an obsession), the others anything, the popular
much more often. 60,000 tracks of 8,000 artists on 15,000 albums, in the order of how popular they are, a quarter with a
guest; an eighth skipped within 30 s. The last twentieth was polled, so its milliseconds are estimated; the rest came
with an export. Randomness has a seed.
"""

from datetime import datetime

from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Connection

TRACKS, ARTISTS, ALBUMS = 60_000, 8_000, 15_000
YEARS, SONGS_A_SITTING = 10, 20.5

NAMES = f"""
insert into star.artist_dim (artist_id, artist_name)
select 'artist' || n, 'Artist ' || md5(n::text) from generate_series(1, {ARTISTS}) n;

insert into star.album_dim (album_ref, album_id, album_name, artist_name, release_date)
select 'album' || n, 'album' || n, 'Album ' || md5('album' || n),
       'Artist ' || md5((1 + (n - 1) * {ARTISTS} / {ALBUMS})::text),
       date '1965-01-01' + n % 20000
from generate_series(1, {ALBUMS}) n;

insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key, duration_ms, explicit, isrc)
select 'track' || n, 'track' || n, 'Song ' || md5('song' || n), 1 + (n - 1) * {ARTISTS} / {TRACKS},
       1 + (n - 1) * {ALBUMS} / {TRACKS}, 120000 + n * 7919 % 180000,
       n % 9 = 0, 'XX' || n
from generate_series(1, {TRACKS}) n;

insert into star.track_artist (track_key, position, artist_key)
select track_key, 0, artist_key from star.track_dim
union all
select track_key, 1, 1 + track_key * 31 % {ARTISTS} from star.track_dim where track_key % 4 = 0;

insert into star.play_label (label)
select unnest(array['Android OS 13 API 33 (samsung, SM-G991B)', 'iOS 17.1 (iPhone14,5)', 'OS X 13.2 [arm 2]',
                    'Partner google cast_tv;Chromecast', 'web_player windows 10;chrome']);
"""

PLAYS = f"""
insert into star.streaming_fact (
    listener_id, played_at, played_at_local, track_key, ms_played, api_at, api_track_key, api_duration_ms, export_at,
    export_track_key, export_ms, export_nth,
    platform_key, in_extended, is_estimated, skipped, shuffle, offline, incognito)
with sitting as materialized (
    select s, 1 + floor(random() * 40)::int as songs,
           %(begin)s::timestamptz
           + s * ((%(until)s::timestamptz - %(begin)s::timestamptz) / (%(plays)s / {SONGS_A_SITTING}))
           + (5 * sqrt(random())) * interval '1 hour' as starts
    from generate_series(0, (%(plays)s / {SONGS_A_SITTING})::int - 1) s
), heard as materialized (
    select s, k, starts, 1 + floor({TRACKS} * power(random(), 3))::int as any_song,
           floor(random() * random() * 200)::int as of_month,
           random() < 0.5 as is_obsession, random() < 0.125 as is_skipped, random() as part
    from sitting cross join lateral generate_series(1, songs) k
), told as materialized (
    select s, k, starts, is_skipped,
           case when is_obsession
                then 1 + ((extract(year from starts)::int * 12 + extract(month from starts)::int) * 1047
                           + of_month * 7919) %% {TRACKS}
                else any_song end as track_key,
           case when is_skipped then 1000 + floor(part * 28000)::int else 120000 + floor(part * 180000)::int end as ms
    from heard
), ended as (
    select *, starts + sum(ms) over (partition by s order by k) * interval '1 millisecond' as at from told
)
select %(listener_id)s, at, at at time zone %(zone)s, track_key, ms,
       case when is_polled then at end, case when is_polled then track_key end, case when is_polled then 250000 end,
       case when not is_polled then at end, case when not is_polled then track_key end,
       case when not is_polled then ms end,
       case when not is_polled then 1 end, case when not is_polled then 1 + s %% 5 end, not is_polled, is_polled,
       case when not is_polled then is_skipped end, case when not is_polled then s %% 3 = 0 end,
       case when not is_polled then s %% 50 = 0 end, case when not is_polled then s %% 200 = 0 end
from ended cross join lateral (select s > %(plays)s / {SONGS_A_SITTING} * 0.95 as is_polled) p
where at < %(until)s and (not is_polled or ms >= 30000)
order by at
"""

POLLS = """
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped, keys_missing, keys_new)
select %(listener_id)s, gen_random_uuid()::text, at, 50, 0, 0, true, '{}', '{}'
from generate_series(%(until)s::timestamptz - interval '180 days', %(until)s::timestamptz, interval '20 minutes') at
"""


def live(tx: Connection, plays: int, until: datetime, *, zone: str = "Europe/Berlin", seed: float = 0.5) -> int:
    """About so many plays of one listener that end before an instant (UTC); returns the listener's key.

    The totals of the pages are behind for all of them.
    """
    begin = until.replace(year=until.year - YEARS)
    me = listeners.save_listener(tx, refresh_token="bench", time_zone=zone, now=begin).listener_id
    values = {"listener_id": me, "begin": begin, "until": until, "plays": plays, "zone": zone}
    # Ten million plays at once are nobody's poll.
    tx.execute("set local statement_timeout = 0")
    tx.execute("select setseed(%s)", (seed,))
    for statement in NAMES.split(";\n\n"):
        tx.execute(statement)
    tx.execute(PLAYS, values)
    tx.execute(POLLS, values)
    return me
