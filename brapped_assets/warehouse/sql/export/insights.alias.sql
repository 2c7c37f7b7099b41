select jsonb_build_object('artist_id', af.artist_id, 'artist_name', af.artist_name, 'to_artist_id', at.artist_id,
                          'to_artist_name', at.artist_name, 'track_ref', tf.track_ref, 'to_track_ref', tt.track_ref,
                          'aliased_at', s.aliased_at, 'why', s.why) as record
from insights.alias s
left join star.artist_dim af on s.kind = 'artist' and af.artist_key = s.from_key
left join star.artist_dim at on s.kind = 'artist' and at.artist_key = s.to_key
left join star.track_dim tf on s.kind = 'track' and tf.track_key = s.from_key
left join star.track_dim tt on s.kind = 'track' and tt.track_key = s.to_key
where s.listener_id = %(listener_id)s
  and (af.artist_key is not null and at.artist_key is not null or tf.track_key is not null and tt.track_key is not null)
order by s.aliased_at, s.alias_id
