update audit.listener set merged_at = %(now)s where listener_id = %(listener_id)s
