-- Tracks that were here before, and of which the export has a newer payload: to be read like any that just landed.
update raw.track_payload p set is_applied = false
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, payload_hash uuid)
join star.track_dim t using (track_ref)
left join raw.track_payload known on known.payload_key = t.payload_key
where p.content_hash = told.payload_hash and p.payload_key > coalesce(t.payload_key, 0)
  and p.first_seen_at > coalesce(known.first_seen_at, '-infinity')
