select content_hash from audit.import_file where listener_id = %(listener_id)s and finished_at is not null
