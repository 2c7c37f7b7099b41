insert into audit.import_file (listener_id, content_hash, kind, name, started_at)
select %(listener_id)s, %(content_hash)s, %(kind)s, %(name)s, %(now)s
where not exists (select from audit.import_file known
                  where known.listener_id = %(listener_id)s and known.content_hash = %(content_hash)s)
on conflict (listener_id, content_hash) do nothing
