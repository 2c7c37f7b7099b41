-- name: cover
-- Where the picture of an artist, an album, or a track's album is, if it is known.
select picture as image_url from star.artist_picture(%(key)s) as picture where %(kind)s = 'artist' and picture is not null
union all
select image_url from star.album_dim where %(kind)s = 'album' and album_key = %(key)s and image_url is not null
union all
select a.image_url
from star.track_dim t
join star.album_dim a using (album_key)
where %(kind)s = 'track' and t.track_key = %(key)s and a.image_url is not null
