insert into audit.archive_member (file_id, archive, running_number, met_at)
select i.file_id, told.archive, told.running_number, told.met_at
from jsonb_to_recordset(%(records)s::jsonb)
     as told (file_hash text, archive text, running_number int, met_at timestamptz)
join audit.import_file i on i.listener_id = %(listener_id)s and i.content_hash = told.file_hash
order by i.file_id, told.archive
on conflict (file_id, archive) do update set met_at = least(archive_member.met_at, excluded.met_at)
