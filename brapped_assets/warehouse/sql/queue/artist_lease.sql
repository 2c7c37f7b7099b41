update star.artist_dim set ask_again_at = %(until)s
where artist_id = %(spotify_id)s and (ask_again_at is null or ask_again_at <= %(now)s)
