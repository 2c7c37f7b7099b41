select count(distinct t.artist_key) as artists
from star.track_dim t join star.artist_dim a using (artist_key)
where t.track_id is not null and t.payload_key is null and not t.is_unknown and a.artist_id is null
