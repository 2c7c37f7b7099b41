-- name: cover
-- Where the picture of an artist, an album, or a track's album is, if it is known.
select image_url from star.artist_dim where %(kind)s = 'artist' and artist_key = %(key)s and image_url is not null
union all
select image_url from star.album_dim where %(kind)s = 'album' and album_key = %(key)s and image_url is not null
union all
select a.image_url
from star.track_dim t
join star.album_dim a using (album_key)
where %(kind)s = 'track' and t.track_key = %(key)s and a.image_url is not null
