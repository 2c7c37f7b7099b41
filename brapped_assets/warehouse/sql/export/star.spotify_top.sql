select jsonb_build_object('taken_on', s.taken_on, 'kind', s.kind, 'time_range', s.time_range, 'rank', s.rank,
                          'artist_id', a.artist_id, 'track_ref', t.track_ref) as record
from star.spotify_top s
left join star.artist_dim a on a.artist_key = s.artist_key
left join star.track_dim t on t.track_key = s.track_key
where s.listener_id = %(listener_id)s
order by s.taken_on, s.kind, s.time_range, s.rank
