-- Somebody else may be importing the same file.
select rows_read, finished_at is not null as is_finished
from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s
for update
