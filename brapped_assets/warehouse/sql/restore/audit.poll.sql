-- A listener's poll is known by its instant.
insert into audit.poll (listener_id, {columns})
select %(listener_id)s, {told}
from jsonb_populate_recordset(null::audit.poll, %(records)s::jsonb) told
where not exists (select from audit.poll known
                  where known.listener_id = %(listener_id)s and known.polled_at = told.polled_at)
order by told.polled_at
