-- Which plays of which tracks, for `merge_told`.
select told.played_at, told.track_hash
from jsonb_to_recordset(%(records)s::jsonb) as told (played_at timestamptz, track_hash uuid)
join raw.legacy_track o on o.content_hash = told.track_hash
where told.played_at is not null
