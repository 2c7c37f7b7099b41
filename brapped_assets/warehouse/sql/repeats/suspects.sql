-- All plays in these stretches of a track with one that is marked, or that ends sooner after the one before than it lasts.
-- Reported plays are told apart by the track as the export names it and by their length, estimated ones by track alone: an
-- estimate is no report of a length. Exports and polls are not held against each other.
with near as materialized (
    select f.play_key, f.is_estimated, f.ms_played, f.repeat_of, f.in_account as is_to_the_minute, f.played_at,
           coalesce(f.export_at, f.played_at) as ended_at, f.api_at, f.legacy_at, f.export_nth,
           case when f.is_estimated then f.track_key else hashtextextended(x.track_ref, 0) end as track,
           case when not f.is_estimated then f.ms_played end as length
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select * from star.streaming_fact f
                         where f.listener_id = %(listener_id)s and f.played_at between s.first_at and s.last_at
                        offset 0) f
    left join raw.export_track x using (export_track_key)
    -- Of an offline play whose END nothing told there is nothing to say.
    where (f.ms_played >= 1000 and (f.uploaded_at is null or f.uploaded_at <> f.export_at)) or f.repeat_of is not null
),
followed as materialized (
    select n.*, n.ended_at - lag(n.ended_at) over (partition by n.is_estimated, n.track, n.length
                                                   order by n.ended_at) as since
    from near n
),
suspect as materialized (
    select distinct f.is_estimated, f.track, f.length
    from followed f
    where f.repeat_of is not null
       or f.since + case when f.is_to_the_minute then interval '1 minute' else interval '1 second' end
          <= f.ms_played * interval '1 millisecond'
)
select f.play_key, f.ended_at, f.ms_played, f.is_to_the_minute, f.repeat_of, f.played_at, f.is_estimated, f.track, f.length
from followed f
join suspect s on s.is_estimated = f.is_estimated and s.track = f.track and s.length is not distinct from f.length
order by f.ended_at, f.played_at, f.api_at is null, f.legacy_at is null, f.export_nth
