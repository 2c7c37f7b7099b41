-- Stretches in which plays may be missing, as local time of the listener.
select g.gap_start at time zone l.time_zone as gap_start, g.gap_end at time zone l.time_zone as gap_end
from bi.coverage_gaps g join audit.listener l using (listener_id)
where g.listener_id = %(listener_id)s and g.closed_at is null
order by 1
