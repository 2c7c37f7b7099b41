-- name: lengths
-- How many songs there are on some releases, of an album those of the longest.
select release_group, max(total_tracks) as total_tracks
from star.album_dim
where album_key = any(%(keys)s::int[])
group by release_group
