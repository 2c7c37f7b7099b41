insert into audit.import_file (listener_id, content_hash, kind, name, started_at, username_hash)
select %(listener_id)s, %(content_hash)s, %(kind)s, %(name)s, %(now)s,
       salt || sha256(salt || convert_to(lower(%(username)s::text), 'UTF8'))
from uuid_send(gen_random_uuid()) as salt
where not exists (select from audit.import_file known
                  where known.listener_id = %(listener_id)s and known.content_hash = %(content_hash)s)
on conflict (listener_id, content_hash) do nothing
