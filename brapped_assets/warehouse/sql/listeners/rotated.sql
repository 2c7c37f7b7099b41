select encrypted from audit.rotated_token where listener_id = %(listener_id)s
