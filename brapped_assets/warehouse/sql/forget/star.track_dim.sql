-- The fact has no foreign key to tracks, so this list must be whole.
delete from star.track_dim t
where not exists (select from star.streaming_fact f where f.track_key = t.track_key)
  and not exists (select from star.streaming_fact f where f.api_track_key = t.track_key)
  and not exists (select from raw.export_track x where x.track_ref = t.track_ref)
  and not exists (select from raw.legacy_track l where l.track_ref = t.track_ref)
  and not exists (select from raw.recently_played r where r.track_ref = t.track_ref)
  and not exists (select from star.spotify_top s where s.track_key = t.track_key)
