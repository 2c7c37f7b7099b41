-- name: lengths
-- How many songs there are on some releases, of an album those of the longest.
select release_group, max(total_tracks) as total_tracks
from star.album_dim
where album_key = any(%(keys)s::int[])
group by release_group

-- name: with_cover
-- Where pictures of some artists, albums and tracks are, of those of which one is known.
select 'artist' as kind, artist_key as key, picture as image_url
from unnest(%(artist)s::int[]) as asked (artist_key)
cross join lateral star.artist_picture(artist_key) as picture
where picture is not null
union all
select 'album', album_key, image_url from star.album_dim where album_key = any(%(album)s::int[]) and image_url is not null
union all
select 'track', t.track_key, a.image_url from star.track_dim t join star.album_dim a using (album_key)
where t.track_key = any(%(track)s::int[]) and a.image_url is not null
