select encrypted from audit.listener_token where listener_id = %(listener_id)s
