-- Plays of songs whose artist is not known: they are in no ranking of artists.
select coalesce(sum(a.plays), 0)::int as plays
from insights.artists_of(%(listener_id)s, %(first)s, %(until)s) a
where a.artist_key = any(array(select n.artist_key from star.artist_dim n where n.is_nobody))
