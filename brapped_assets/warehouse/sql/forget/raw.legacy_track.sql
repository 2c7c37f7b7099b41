delete from raw.legacy_track l
where not exists (select from raw.legacy_play p where p.legacy_track_key = l.legacy_track_key)
