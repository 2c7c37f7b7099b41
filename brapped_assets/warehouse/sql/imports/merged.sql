select content_hash, rows_read, finished_at is not null as is_finished
from audit.import_file where listener_id = %(listener_id)s
