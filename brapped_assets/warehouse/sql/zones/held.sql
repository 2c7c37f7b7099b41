select moves, zones from audit.zones_of(%(listener_id)s)
