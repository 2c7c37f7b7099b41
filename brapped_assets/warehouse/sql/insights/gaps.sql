-- Stretches in which plays may be missing, as local time of the listener.
select star.local_time(g.gap_start, held.moves, held.zones) as gap_start,
       star.local_time(g.gap_end, held.moves, held.zones) as gap_end
from bi.coverage_gaps g cross join audit.zones_of(%(listener_id)s) held
where g.listener_id = %(listener_id)s and g.closed_at is null
order by 1
