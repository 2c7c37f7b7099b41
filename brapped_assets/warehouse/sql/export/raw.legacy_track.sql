select to_jsonb(o) - 'legacy_track_key' as record
from raw.legacy_track o
where o.legacy_track_key in (select l.legacy_track_key from raw.legacy_play l where l.listener_id = %(listener_id)s)
order by o.legacy_track_key
