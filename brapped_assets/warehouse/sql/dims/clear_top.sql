delete from star.spotify_top where listener_id = %(listener_id)s and taken_on = %(taken_on)s
