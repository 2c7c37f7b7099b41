delete from insights.artist_life where listener_id = %(listener_id)s and artist_key = any(%(keys)s::int[])
