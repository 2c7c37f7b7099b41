select jsonb_build_object('gap_start', g.gap_start, 'gap_end', g.gap_end, 'reason', g.reason, 'polled_at', p.polled_at)
       as record
from audit.gap g join audit.poll p using (poll_id)
where g.listener_id = %(listener_id)s
order by g.gap_start, g.gap_end
