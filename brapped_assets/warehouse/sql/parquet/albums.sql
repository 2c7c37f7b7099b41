-- As bi.albums, of this listener's tracks.
select al.album_id, al.album_name, al.artist_name, al.album_type, al.release_date, al.total_tracks, al.image_url
from star.album_dim al
where al.album_key in (select t.album_key from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
order by al.album_key
