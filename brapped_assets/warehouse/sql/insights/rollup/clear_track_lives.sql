delete from insights.track_life where listener_id = %(listener_id)s and track_key = any(%(keys)s::int[])
