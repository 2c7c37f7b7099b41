delete from raw.legacy_play where listener_id = %(listener_id)s and played_at < %(before)s
