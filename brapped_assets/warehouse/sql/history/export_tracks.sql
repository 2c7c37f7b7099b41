insert into raw.export_track (content_hash, track_ref, track_id, title, artist, album)
select s.content_hash, s.track_ref, s.track_id, s.title, s.artist, s.album
from staged_track s
where not exists (select from raw.export_track known where known.content_hash = s.content_hash)
order by s.content_hash
on conflict (content_hash) do nothing
