-- Tracks of others on which an artist is credited.
select distinct ta.track_key as key
from star.track_artist ta join star.track_dim t using (track_key)
where ta.artist_key = %(key)s and ta.position > 0 and t.artist_key <> %(key)s
order by 1
