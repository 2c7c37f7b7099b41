insert into raw.export_track (content_hash, track_ref, track_id, title, artist, album)
select told.content_hash, told.track_ref, told.track_id, told.title, told.artist, told.album
from jsonb_populate_recordset(null::raw.export_track, %(records)s::jsonb) told
where not exists (select from raw.export_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing
