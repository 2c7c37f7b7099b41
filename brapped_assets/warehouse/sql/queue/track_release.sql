update star.track_dim set ask_again_at = %(at)s where track_ref = %(spotify_id)s and payload_key is null
