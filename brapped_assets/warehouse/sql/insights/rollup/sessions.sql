insert into insights.session (listener_id, day, started_at, ended_at, plays, ms)
select %(listener_id)s, w.day, w.started_at, w.ended_at, w.plays, w.ms
from unnest(%(span_starts)s::timestamptz[], %(span_ends)s::timestamptz[]) as x (since, until)
cross join lateral insights.sessions_within(%(listener_id)s, x.since, x.until) w
