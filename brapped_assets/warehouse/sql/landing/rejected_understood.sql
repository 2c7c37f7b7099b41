delete from audit.rejected_row
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s
