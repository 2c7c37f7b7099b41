-- Stretches in which plays may be missing that reach between two instants, newest first; in UTC and in the listener's time.
select g.gap_start, g.gap_end, star.local_time(g.gap_start, held.moves, held.zones) as starts_local,
       star.local_time(g.gap_end, held.moves, held.zones) as ends_local
from bi.coverage_gaps g cross join audit.zones_of(%(listener_id)s) held
where g.listener_id = %(listener_id)s and g.closed_at is null and g.gap_start < %(newest)s and g.gap_end > %(oldest)s
order by g.gap_end desc
