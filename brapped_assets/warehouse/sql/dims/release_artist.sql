update star.artist_dim set ask_again_at = %(now)s where artist_id = %(artist_id)s
