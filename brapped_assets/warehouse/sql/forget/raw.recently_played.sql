delete from raw.recently_played where listener_id = %(listener_id)s and played_at < %(before)s
