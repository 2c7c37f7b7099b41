select jsonb_build_object('track_ref', t.track_ref, 'position', c.position, 'artist_id', a.artist_id,
                          'artist_name', a.artist_name) as record
from star.track_artist c
join star.track_dim t using (track_key)
join star.artist_dim a on a.artist_key = c.artist_key
where c.track_key in (select star.tracks_of(%(listener_id)s))
order by c.track_key, c.position
