update star.artist_dim set asked_at = %(now)s, ask_again_at = %(ask_again_at)s, is_unknown = true
where artist_id = %(artist_id)s
