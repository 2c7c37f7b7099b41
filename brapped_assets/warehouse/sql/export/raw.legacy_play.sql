select jsonb_build_object('played_at', l.played_at, 'track_hash', o.content_hash) as record
from raw.legacy_play l join raw.legacy_track o using (legacy_track_key)
where l.listener_id = %(listener_id)s
order by l.played_at, o.content_hash
