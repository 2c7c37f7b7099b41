-- name: told
-- What account data tells of these days.
select a.played_minute, x.title, x.artist, a.ms_played, a.export_track_key, a.times
from unnest(%(days)s::date[]) d (day)
join raw.account_play a
  on a.listener_id = %(listener_id)s and a.played_minute >= d.day and a.played_minute < d.day + 1
join raw.export_track x using (export_track_key)
order by a.played_minute, x.artist, x.export_track_key

-- name: candidates
-- Which plays of extended history, stored (`play_key`) or staged, account data may tell of on these days, and in which of
-- its minutes: that of the END and, of an offline play, that of the upload. The END of an offline play is known to the
-- second in which it lies, so the next minute may hold it. One that was uploaded within ten minutes stands at its upload,
-- so its END may lie in each of these. Not by artist: account data names the track's, extended history the album's. Two
-- exports may spell a title differently: whoever asks compares it once more, for some that differ are alike here.
with account as materialized (
    select distinct a.played_minute as minute, star.loose_name(x.title) as title,
           star.loose_name(x.artist) as artist, a.ms_played
    from unnest(%(days)s::date[]) d (day)
    join raw.account_play a
      on a.listener_id = %(listener_id)s and a.played_minute >= d.day and a.played_minute < d.day + 1
    join raw.export_track x using (export_track_key)
),
extended as (
    select f.play_key, null::tid as staged, null::bigint as spoken_key, null as show_name, x.title,
           f.export_ms as ms_played, f.export_at as ended_at, f.uploaded_at, f.offline
    from unnest(%(days)s::date[]) d (day)
    cross join lateral (select * from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + interval '10 minutes' + 2 * %(reach)s
                           and f.export_at >= d.day and f.export_at < d.day + 1 + interval '10 minutes'
                           and f.in_extended and f.uploaded_at is null
                        offset 0) f
    join raw.export_track x using (export_track_key)
    union all
    select f.play_key, null, null, null, x.title, f.export_ms, f.export_at, f.uploaded_at, false
    from star.streaming_fact f
    join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at is not null
    union all
    select null, s.ctid, null, null, t.title, s.ms_played, s.ended_at, s.uploaded_at,
           s.uploaded_at is null and d.offline
    from staged_play s
    join staged_track t using (track_number)
    join staged_detail d using (detail_number)
    where %(is_extended)s
    union all
    -- Account data up to 2023 names an episode as a song of its show. Videos of tracks are plays of these there.
    select null, null, p.spoken_key, split_part(one.name, chr(31), 1), split_part(one.name, chr(31), 2), p.ms_played,
           p.played_at, p.uploaded_at, p.uploaded_at is null and p.offline and p.told_by = 'extended'
    from unnest(%(days)s::date[]) d (day)
    cross join lateral (select * from star.spoken_play p
                         where p.listener_id = %(listener_id)s
                           and p.played_at >= d.day and p.played_at < d.day + 1 + interval '10 minutes'
                           and p.told_by in ('extended', 'upload') and p.uploaded_at is null
                         union
                         select * from star.spoken_play p
                         where p.listener_id = %(listener_id)s and p.uploaded_at >= d.day and p.uploaded_at < d.day + 1
                         union
                         select * from star.spoken_play p
                         where p.listener_id = %(listener_id)s and p.uploaded_at is not null
                           and p.played_at >= d.day - interval '1 second' and p.played_at < d.day + 1) p
    join star.spoken_item i using (spoken_item_key)
    cross join lateral unnest(i.names) one (name)
    where i.item_ref not like 'spotify:track:%%'
)
select e.play_key, e.staged::text, e.title, e.ms_played, array_agg(distinct a.minute order by a.minute) as minutes
from extended e
cross join lateral (
    values (date_trunc('minute', e.ended_at, 'UTC')),
           (case when e.uploaded_at is not null then date_trunc('minute', e.ended_at + interval '999 ms', 'UTC') end),
           (date_trunc('minute', e.uploaded_at, 'UTC'))
    union all
    select date_trunc('minute', e.ended_at, 'UTC') - n * interval '1 minute' from generate_series(1, 10) n where e.offline
) m (minute)
join account a on a.minute = m.minute and a.title = star.loose_name(e.title) and a.ms_played = e.ms_played
              and (e.show_name is null or a.artist = star.loose_name(e.show_name))
group by e.play_key, e.staged, e.spoken_key, e.title, e.ms_played

-- name: rows
-- The rows of these days that stand for what account data alone tells.
select f.play_key, f.export_at as played_minute, f.export_track_key, f.export_ms as ms_played, f.export_nth as nth,
       x.title, f.api_at is null and f.legacy_at is null as is_alone
from unnest(%(days)s::date[]) d (day)
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s
                       and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + 2 * %(reach)s
                       and f.export_at >= d.day and f.export_at < d.day + 1 and f.in_account
                    offset 0) f
join raw.export_track x using (export_track_key)

-- name: grown
-- Rows that account data alone told of turn out to be plays of extended history: these leave the staged plays.
with pair as materialized (
    select * from unnest(%(play_keys)s::bigint[], %(staged)s::text[]) as p (play_key, staged)
),
told as materialized (
    select p.play_key, s.ctid as staged, s.ended_at, s.uploaded_at, s.occurrence, s.ms_played, x.export_track_key,
           known.track_key, d.*
    from pair p
    join staged_play s on s.ctid = p.staged::tid
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    join star.track_dim known on known.track_ref = x.track_ref
    join staged_detail d using (detail_number)
),
left_out as (
    delete from staged_play s using told t where s.ctid = t.staged
)
update star.streaming_fact f
   set played_at = t.ended_at,
       played_at_local = star.local_time(t.ended_at, %(moves)s::timestamptz[], %(zones)s::text[]), track_key = t.track_key,
       ms_played = t.ms_played, export_at = t.ended_at, uploaded_at = t.uploaded_at, export_nth = t.occurrence,
       export_track_key = t.export_track_key, in_extended = true, in_account = false,
       platform_key = t.platform_key, country_key = t.country_key, reason_start_key = t.reason_start_key,
       reason_end_key = t.reason_end_key, shuffle = t.shuffle, skipped = t.skipped, offline = t.offline,
       incognito = t.incognito
  from told t where f.play_key = t.play_key and f.play_key = any(%(play_keys)s::bigint[])

-- name: added
-- One row for each play that account data alone tells.
insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                 export_at, export_track_key, export_ms, export_nth, in_account)
select %(listener_id)s, p.at, star.local_time(p.at, %(moves)s::timestamptz[], %(zones)s::text[]), d.track_key, p.ms_played, false,
       p.at, p.export_track_key, p.ms_played, p.nth, true
from unnest(%(minutes)s::timestamptz[], %(export_tracks)s::int[], %(ms)s::int[], %(nths)s::int[])
     as p (at, export_track_key, ms_played, nth)
join raw.export_track x using (export_track_key)
join star.track_dim d on d.track_ref = x.track_ref
order by p.at, d.track_ref

-- name: emptied
-- Rows that lose the half that an export told; those without another half go.
with gone as (
    delete from star.streaming_fact f
    where f.play_key = any(%(play_keys)s::bigint[]) and f.api_at is null and f.legacy_at is null
),
emptied as (
    update star.streaming_fact f
       set export_at = null, uploaded_at = null, export_track_key = null, export_ms = null, export_nth = null,
           in_extended = false, in_account = false, platform_key = null, country_key = null, reason_start_key = null,
           reason_end_key = null, shuffle = null, skipped = null, offline = null, incognito = null
     where f.play_key = any(%(play_keys)s::bigint[]) and (f.api_at is not null or f.legacy_at is not null)
    returning f.play_key
)
select play_key from emptied
