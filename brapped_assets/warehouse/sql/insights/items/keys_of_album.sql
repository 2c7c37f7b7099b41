-- All releases of an album.
select t.track_key as key
from star.album_dim asked
join star.album_dim release using (release_group)
join star.track_dim t on t.album_key = release.album_key
where asked.album_key = %(key)s
order by 1
