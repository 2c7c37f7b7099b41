select to_jsonb(p) - 'payload_key' as record
from raw.track_payload p
where p.track_ref in (select t.track_ref from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
   or p.payload_key in (select r.payload_key from raw.recently_played r where r.listener_id = %(listener_id)s)
order by p.payload_key
