select track_key as key from star.track_dim where album_key = %(key)s order by 1
