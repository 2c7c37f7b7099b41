delete from raw.export_track x
where not exists (select from star.streaming_fact f where f.export_track_key = x.export_track_key)
  and not exists (select from raw.account_play a where a.export_track_key = x.export_track_key)
