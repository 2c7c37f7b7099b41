-- One that reaches over the instant begins there. Two that end together would then be one, hence anew.
with gone as (
    delete from audit.gap g where g.listener_id = %(listener_id)s and g.gap_start < %(before)s returning g.*
)
insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select distinct on (g.gap_end) g.listener_id, %(before)s::timestamptz, g.gap_end, g.reason, g.poll_id
from gone g where g.gap_end > %(before)s
order by g.gap_end, g.gap_start
on conflict (listener_id, gap_start, gap_end) do nothing
