delete from insights.session s
using unnest(%(span_starts)s::timestamptz[], %(span_ends)s::timestamptz[]) as x (since, until)
where s.listener_id = %(listener_id)s and s.started_at <= x.until and s.ended_at >= x.since
