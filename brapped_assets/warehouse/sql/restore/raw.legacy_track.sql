insert into raw.legacy_track (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
select told.content_hash, told.track_ref, told.track_id, told.title, told.artist, told.artist_id, told.duration_ms
from jsonb_populate_recordset(null::raw.legacy_track, %(records)s::jsonb) told
where not exists (select from raw.legacy_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing
