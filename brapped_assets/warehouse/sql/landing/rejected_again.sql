update audit.rejected_row set parser_version = %(parser_version)s
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s
