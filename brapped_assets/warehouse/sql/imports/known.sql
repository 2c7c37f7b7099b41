select rows_read, plays_added + plays_matched + plays_told_twice + plays_known as plays,
       plays_forgotten as forgotten, rows_other as other,
       rows_odd as odd, finished_at is not null as is_finished
from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s
