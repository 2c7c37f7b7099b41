-- Account data, to the minute: the n-th of its kind is new when fewer than n are stored. What extended history has told
-- of the same minute, title and milliseconds is the same play, and only noted as told twice. Not by artist: account data
-- names the track's and extended history the album's.
with told_before as (
    select minute, title, export_ms, count(*) as times from stored where in_account group by minute, title, export_ms
),
precise as (
    select play_key, minute, title, export_ms,
           row_number() over (partition by minute, title, export_ms order by export_at, track_ref, export_nth) as place
    from stored where not in_account
),
fresh as materialized (
    select s.ended_at, s.ms_played, s.occurrence, t.track_ref, x.export_track_key, d.track_key, p.play_key
    from (select *, to_timestamp(ended_us / 1e6) as ended_at from staged_play) s
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    join star.track_dim d on d.track_ref = t.track_ref
    left join told_before k on k.minute = s.ended_at and k.title = t.title and k.export_ms = s.ms_played
    left join precise p on p.minute = s.ended_at and p.title = t.title and p.export_ms = s.ms_played
                       and p.place = s.occurrence - coalesce(k.times, 0)
    where s.occurrence > coalesce(k.times, 0)
),
noted as (
    update star.streaming_fact f set in_account = true from fresh n where f.play_key = n.play_key returning 1
),
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     export_at, export_track_key, export_ms, export_nth, in_account)
    select %(listener_id)s, n.ended_at, n.ended_at at time zone %(time_zone)s, n.track_key, n.ms_played, false,
           n.ended_at, n.export_track_key, n.ms_played, n.occurrence, true
    from fresh n
    where n.play_key is null
    order by n.ended_at, n.track_ref
    returning play_key, played_at
)
select (select count(*) from added)::int as added, (select min(play_key) from added) as first_added,
       (select count(*) from noted)::int as told_twice, '{}'::bigint[] as grown,
       array(select distinct date_trunc('day', played_at, 'UTC') from added order by 1) as days
