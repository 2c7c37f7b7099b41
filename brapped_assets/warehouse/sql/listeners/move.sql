update audit.listener set time_zone = %(time_zone)s where listener_id = %(listener_id)s
