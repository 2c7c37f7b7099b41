-- name: clear
delete from audit.listener_zone where listener_id = %(listener_id)s

-- name: write
insert into audit.listener_zone (listener_id, from_at, time_zone)
select %(listener_id)s, coalesce(s.from_at, '-infinity'), s.time_zone
from unnest(%(froms)s::timestamptz[], %(zones)s::text[]) as s (from_at, time_zone)

-- name: move
update audit.listener set time_zone = %(time_zone)s where listener_id = %(listener_id)s

-- name: known
select now() at time zone %(time_zone)s

-- name: preview
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

-- name: forgotten_before
select forgotten_before from audit.listener where listener_id = %(listener_id)s
