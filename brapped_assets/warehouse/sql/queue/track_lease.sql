update star.track_dim set ask_again_at = %(until)s
where track_ref = %(spotify_id)s and payload_key is null and (ask_again_at is null or ask_again_at <= %(now)s)
