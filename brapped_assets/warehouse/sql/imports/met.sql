insert into audit.archive_member (file_id, archive, running_number, met_at)
select f.file_id, %(archive)s, %(running_number)s, %(now)s
from audit.import_file f
where f.listener_id = %(listener_id)s and f.content_hash = %(content_hash)s
  and not exists (select from audit.archive_member known where known.file_id = f.file_id and known.archive = %(archive)s)
on conflict (file_id, archive) do nothing
