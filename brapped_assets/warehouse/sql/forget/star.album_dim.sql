delete from star.album_dim a where not exists (select from star.track_dim t where t.album_key = a.album_key)
