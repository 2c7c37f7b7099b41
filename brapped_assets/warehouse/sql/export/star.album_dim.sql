select to_jsonb(a) - '{album_key,payload_key,search_name}'::text[] || jsonb_build_object('payload_hash', p.content_hash) as record
from star.album_dim a
left join raw.track_payload p using (payload_key)
where a.album_key in (select t.album_key from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
order by a.album_key
