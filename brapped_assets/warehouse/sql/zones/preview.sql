-- What other zones would change: plays whose local time, hour or day would be another one.
select count(*)::int as plays,
       count(*) filter (where f.played_at_local <> planned.at)::int as changed,
       count(*) filter (where date_trunc('hour', f.played_at_local) <> date_trunc('hour', planned.at))::int as hours,
       count(*) filter (where f.played_at_local::date <> planned.at::date)::int as days,
       min(f.played_at) filter (where f.played_at_local <> planned.at) as first_at,
       max(f.played_at) filter (where f.played_at_local <> planned.at) as last_at
from star.streaming_fact f
cross join lateral (select star.local_time(f.played_at, %(moves)s::timestamptz[], %(zones)s::text[]) as at) planned
where f.listener_id = %(listener_id)s
