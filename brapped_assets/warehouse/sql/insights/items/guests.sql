-- The credited artists of a track after the main one.
select a.artist_key, a.artist_name
from star.track_artist ta
join star.track_dim t using (track_key)
join star.artist_dim a on a.artist_key = ta.artist_key
where ta.track_key = %(key)s and ta.position > 0 and ta.artist_key <> t.artist_key
group by a.artist_key
order by min(ta.position)
