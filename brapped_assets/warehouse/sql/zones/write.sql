insert into audit.listener_zone (listener_id, from_at, time_zone)
select %(listener_id)s, coalesce(s.from_at, '-infinity'), s.time_zone
from unnest(%(froms)s::timestamptz[], %(zones)s::text[]) as s (from_at, time_zone)
