delete from star.spotify_top
where listener_id = %(listener_id)s 
  and taken_on < star.local_time(%(before)s::timestamptz, %(moves)s::timestamptz[], %(zones)s::text[])::date
