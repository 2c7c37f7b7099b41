-- One row per asked hour, over all listeners: rows of the fact, their milliseconds, how many count as plays, and who
-- tells of them. What only the old tables tell of is in `plays` alone.
select h.hour, count(f.play_key)::int as plays,
       (count(f.play_key) filter (where f.ms_played >= 30000))::int as counted_plays,
       coalesce(sum(f.ms_played), 0)::bigint as ms_played,
       (count(f.play_key) filter (where f.export_at is null and f.api_at is not null))::int as plays_from_api,
       (count(f.play_key) filter (where f.api_at is null and f.export_at is not null))::int as plays_from_export,
       (count(f.play_key) filter (where f.api_at is not null and f.export_at is not null))::int as plays_from_both
from unnest(%(hours)s::timestamptz[]) as h (hour)
-- Listener by listener, as the index has them.
left join lateral (select f.* from audit.listener l
                   cross join lateral (select p.* from star.streaming_fact p
                                        where p.listener_id = l.listener_id
                                          and p.played_at >= h.hour and p.played_at < h.hour + interval '1 hour'
                                        offset 0) f) f on true
group by h.hour
order by h.hour
