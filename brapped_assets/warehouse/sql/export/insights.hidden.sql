select jsonb_build_object('artist_id', a.artist_id, 'artist_name', a.artist_name, 'track_ref', t.track_ref,
                          'context_uri', h.context_uri, 'hidden_at', h.hidden_at, 'why', h.why) as record
from insights.hidden h
left join star.artist_dim a on a.artist_key = h.artist_key
left join star.track_dim t on t.track_key = h.track_key
where h.listener_id = %(listener_id)s and (h.context_uri is not null or a.artist_key is not null or t.track_key is not null)
order by h.hidden_at, h.hidden_id
