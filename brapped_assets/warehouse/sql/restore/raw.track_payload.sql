insert into raw.track_payload (content_hash, track_ref, payload, is_applied, first_seen_at)
select told.content_hash, told.track_ref, told.payload, told.is_applied, told.first_seen_at
from jsonb_array_elements(%(records)s::jsonb) with ordinality as r (record, place)
cross join lateral jsonb_populate_record(null::raw.track_payload, r.record) told
where not exists (select from raw.track_payload known where known.content_hash = told.content_hash)
-- The newest payload of a track has the greatest key.
order by r.place
on conflict (content_hash) do nothing
