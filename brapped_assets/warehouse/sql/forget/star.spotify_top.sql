delete from star.spotify_top
where listener_id = %(listener_id)s and taken_on < (%(before)s::timestamptz at time zone %(time_zone)s)::date
