insert into raw.legacy_track (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
select told.*
from unnest(%(hashes)s::uuid[], %(refs)s::text[], %(track_ids)s::text[], %(titles)s::text[], %(artists)s::text[],
            %(artist_ids)s::text[], %(durations)s::int[])
     as told (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
where not exists (select from raw.legacy_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing
