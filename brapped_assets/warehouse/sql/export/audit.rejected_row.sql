select to_jsonb(r) - '{listener_id,poll_id}'::text[] || jsonb_build_object('polled_at', p.polled_at) as record
from audit.rejected_row r left join audit.poll p using (poll_id)
where r.listener_id = %(listener_id)s
order by r.source, r.content_hash
