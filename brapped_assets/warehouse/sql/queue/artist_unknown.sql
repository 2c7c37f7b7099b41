update star.artist_dim set asked_at = %(now)s, ask_again_at = %(at)s, is_unknown = true where artist_id = %(spotify_id)s
