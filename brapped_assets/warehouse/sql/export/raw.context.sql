select jsonb_build_object('content_hash', c.content_hash, 'payload', c.payload) as record
from raw.context c
where c.context_key in (select r.context_key from raw.recently_played r where r.listener_id = %(listener_id)s)
order by c.context_key
