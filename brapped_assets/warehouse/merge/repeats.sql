-- name: suspects
-- All plays in these stretches of a track with one that is marked, or that ends sooner after the one before than it lasts,
-- less what a song on repeat may end sooner (MOST_FADED_MS).
-- Reported plays are told apart by the track as the export names it and by their length, estimated ones by track alone: an
-- estimate is no report of a length. Exports and polls are not held against each other.
with near as materialized (
    select f.play_key, f.is_estimated, f.ms_played, f.repeat_of, f.in_account as is_to_the_minute, f.played_at,
           coalesce(f.export_at, f.played_at) as ended_at, f.api_at, f.legacy_at, f.export_nth, f.track_key,
           f.export_track_key, case when f.is_estimated then -1 else f.ms_played end as length
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select * from star.streaming_fact f
                         where f.listener_id = %(listener_id)s and f.played_at between s.first_at and s.last_at
                        offset 0) f
    -- Of an offline play whose END nothing told there is nothing to say.
    where (f.ms_played >= 1000 and (f.uploaded_at is null or f.uploaded_at <> f.export_at)) or f.repeat_of is not null
),
-- Most plays begin after the play of any track before them ended, so their own track need not be looked at.
overlapping as materialized (
    select distinct f.is_estimated, f.length
    from (select n.*, n.ended_at - lag(n.ended_at) over (order by n.ended_at) as since from near n) f
    where f.repeat_of is not null
       or f.since + case when f.is_to_the_minute then interval '1 minute' else interval '1 second' end
          <= (f.ms_played - least(12000, f.ms_played / 10)) * interval '1 millisecond'
),
told as materialized (
    select n.*, case when n.is_estimated then n.track_key else hashtextextended(x.track_ref, 0) end as track
    from near n
    join overlapping o using (is_estimated, length)
    left join raw.export_track x using (export_track_key)
),
followed as materialized (
    select t.*, t.ended_at - lag(t.ended_at) over (partition by t.is_estimated, t.track, t.length
                                                   order by t.ended_at) as since
    from told t
),
suspect as materialized (
    select distinct f.is_estimated, f.track, f.length
    from followed f
    where f.repeat_of is not null
       or f.since + case when f.is_to_the_minute then interval '1 minute' else interval '1 second' end
          <= (f.ms_played - least(12000, f.ms_played / 10)) * interval '1 millisecond'
)
select f.play_key, f.ended_at, f.ms_played, f.is_to_the_minute, f.repeat_of, f.played_at, f.is_estimated, f.track, f.length
from followed f
join suspect s using (is_estimated, track, length)
order by f.ended_at, f.played_at, f.api_at is null, f.legacy_at is null, f.export_nth

-- name: mark
update star.streaming_fact f set repeat_of = m.repeat_of
from unnest(%(play_keys)s::bigint[], %(repeats)s::bigint[]) as m (play_key, repeat_of)
where f.play_key = m.play_key and f.play_key = any(%(play_keys)s::bigint[])

-- name: count
select count(*)::int as plays from star.streaming_fact where listener_id = %(listener_id)s and repeat_of is not null
