select to_jsonb(p) - '{poll_id,listener_id}'::text[] as record
from audit.poll p where p.listener_id = %(listener_id)s
order by p.poll_id
