delete from raw.account_play where listener_id = %(listener_id)s and played_minute < %(before)s
