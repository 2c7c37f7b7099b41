-- After all plays: a file that counts as imported is not read again. One that was stopped half-way here is whole now.
insert into audit.import_file (listener_id, {columns})
select %(listener_id)s, {told}
from jsonb_populate_recordset(null::audit.import_file, %(records)s::jsonb) told
join audit.listener l on l.listener_id = %(listener_id)s
                     and coalesce(told.last_at, told.started_at) >= coalesce(l.forgotten_before, '-infinity')
order by told.started_at, told.content_hash
on conflict (listener_id, content_hash) do update
   set rows_read = excluded.rows_read, plays_added = excluded.plays_added, plays_matched = excluded.plays_matched,
       plays_told_twice = excluded.plays_told_twice, plays_known = excluded.plays_known,
       plays_forgotten = excluded.plays_forgotten, rows_other = excluded.rows_other, rows_odd = excluded.rows_odd,
       plays_told = excluded.plays_told,
       first_at = excluded.first_at, last_at = excluded.last_at, finished_at = excluded.finished_at
   where import_file.finished_at is null and excluded.finished_at is not null
