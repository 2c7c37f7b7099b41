-- One row per asked hour, over all listeners: rows of the fact, their milliseconds, and how many count as plays.
select h.hour, count(f.play_key)::int as plays,
       (count(f.play_key) filter (where f.ms_played >= 30000))::int as counted_plays,
       coalesce(sum(f.ms_played), 0)::bigint as ms_played
from unnest(%(hours)s::timestamptz[]) as h (hour)
left join star.streaming_fact f on f.played_at >= h.hour and f.played_at < h.hour + interval '1 hour'
group by h.hour
order by h.hour
