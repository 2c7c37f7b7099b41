-- Which plays of extended history, stored (`play_key`) or staged, account data may tell of on these days, and in which of
-- its minutes: that of the END and, of an offline play, that of the upload. The END of an offline play is known to the
-- second in which it lies, so the next minute may hold it. One that was uploaded within ten minutes stands at its upload,
-- so its END may lie in each of these. Not by artist: account data names the track's, extended history the album's.
with account as materialized (
    select distinct a.played_minute as minute, x.title, a.ms_played
    from unnest(%(days)s::date[]) d (day)
    join raw.account_play a
      on a.listener_id = %(listener_id)s and a.played_minute >= d.day and a.played_minute < d.day + 1
    join raw.export_track x using (export_track_key)
),
extended as (
    select f.play_key, null::tid as staged, x.title, f.export_ms as ms_played, f.export_at as ended_at, f.uploaded_at,
           f.offline
    from unnest(%(days)s::date[]) d (day)
    cross join lateral (select * from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + interval '10 minutes' + 2 * %(reach)s
                           and f.export_at >= d.day and f.export_at < d.day + 1 + interval '10 minutes'
                           and f.in_extended and f.uploaded_at is null
                        offset 0) f
    join raw.export_track x using (export_track_key)
    union all
    select f.play_key, null, x.title, f.export_ms, f.export_at, f.uploaded_at, false
    from star.streaming_fact f
    join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at is not null
    union all
    select null, s.ctid, t.title, s.ms_played, s.ended_at, s.uploaded_at,
           s.uploaded_at is null and d.offline
    from staged_play s
    join staged_track t using (track_number)
    join staged_detail d using (detail_number)
    where %(is_extended)s
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
join account a on a.minute = m.minute and a.title = e.title and a.ms_played = e.ms_played
group by e.play_key, e.staged, e.title, e.ms_played
