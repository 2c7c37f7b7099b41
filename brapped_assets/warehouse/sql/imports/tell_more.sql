update audit.import_file set plays_told = coalesce(plays_told, '') || %(plays_told)s
where listener_id = %(listener_id)s and content_hash = %(content_hash)s
