delete from audit.archive_member m using audit.import_file i
where i.file_id = m.file_id and i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s
