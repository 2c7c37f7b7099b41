update star.artist_dim set ask_again_at = %(at)s where artist_id = %(spotify_id)s
