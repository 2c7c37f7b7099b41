-- Stretches in which plays may be missing that reach between two instants, newest first; in UTC and in the listener's time.
select g.gap_start, g.gap_end, g.gap_start at time zone l.time_zone as starts_local, g.gap_end at time zone l.time_zone as ends_local
from bi.coverage_gaps g join audit.listener l using (listener_id)
where g.listener_id = %(listener_id)s and g.closed_at is null and g.gap_start < %(newest)s and g.gap_end > %(oldest)s
order by g.gap_end desc
