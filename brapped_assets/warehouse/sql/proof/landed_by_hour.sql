-- One row per asked hour, over all listeners. An hour is vouched for when everything played in it was collected:
-- collecting had begun, and no open gap touches it.
select h.hour,
       (select count(*) from raw.recently_played r
         where r.played_at >= h.hour and r.played_at < h.hour + interval '1 hour')::int as plays,
       not exists (select from audit.listener l
                    where l.collected_since is null or l.collected_since > h.hour)
       and not exists (select from audit.gap g
                        where g.closed_at is null
                          and g.gap_start < h.hour + interval '1 hour' and g.gap_end > h.hour) as is_vouched_for
from unnest(%(hours)s::timestamptz[]) as h (hour)
order by h.hour
