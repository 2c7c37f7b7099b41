delete from audit.listener_zone where listener_id = %(listener_id)s
