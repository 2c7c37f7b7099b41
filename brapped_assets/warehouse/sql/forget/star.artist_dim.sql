delete from star.artist_dim a
where not exists (select from star.track_dim t where t.artist_key = a.artist_key)
  and not exists (select from star.track_artist c where c.artist_key = a.artist_key)
  and not exists (select from raw.legacy_track l where l.artist_id = a.artist_id)
  and not exists (select from star.spotify_top s where s.artist_key = a.artist_key)
