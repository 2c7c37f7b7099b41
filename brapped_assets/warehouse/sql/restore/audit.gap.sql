insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select %(listener_id)s, greatest(told.gap_start, l.forgotten_before), told.gap_end, told.reason, poll.poll_id
from jsonb_to_recordset(%(records)s::jsonb)
     as told (gap_start timestamptz, gap_end timestamptz, reason text, polled_at timestamptz)
join audit.listener l on l.listener_id = %(listener_id)s and told.gap_end > coalesce(l.forgotten_before, '-infinity')
cross join lateral (select min(known.poll_id) as poll_id from audit.poll known
                     where known.listener_id = %(listener_id)s and known.polled_at = told.polled_at) poll
order by told.gap_start, told.gap_end
on conflict (listener_id, gap_start, gap_end) do nothing
