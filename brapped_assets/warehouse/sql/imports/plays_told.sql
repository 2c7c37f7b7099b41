select plays_told from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s
