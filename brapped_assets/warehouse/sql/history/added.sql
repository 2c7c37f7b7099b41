-- Every play of extended history that is left becomes a row.
insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                 export_at, uploaded_at, export_track_key, export_ms, export_nth, in_extended,
                                 platform_key, country_key, reason_start_key, reason_end_key, shuffle, skipped, offline,
                                 incognito)
select %(listener_id)s, p.ended_at, star.local_time(p.ended_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       t.track_key, p.ms_played, false, p.ended_at, p.uploaded_at, t.export_track_key, p.ms_played, p.occurrence, true,
       d.platform_key, d.country_key, d.reason_start_key, d.reason_end_key, d.shuffle, d.skipped, d.offline, d.incognito
from staged_play p
join numbered t using (track_number)
join staged_detail d using (detail_number)
order by p.ended_at, t.track_ref
