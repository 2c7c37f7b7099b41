select to_jsonb(t) - '{track_key,artist_key,album_key,payload_key,search_name}'::text[]
       || jsonb_build_object('artist_id', a.artist_id, 'artist_name', a.artist_name, 'album_ref', al.album_ref,
                             'payload_hash', p.content_hash) as record
from star.track_dim t
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
left join raw.track_payload p on p.payload_key = t.payload_key
where t.track_key in (select star.tracks_of(%(listener_id)s))
order by t.track_key
