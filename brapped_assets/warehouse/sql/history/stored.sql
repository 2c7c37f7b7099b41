-- The exported halves that are stored near what is staged. A table of its own, for the planner to know how many: a guess
-- made the difference between 0.1 and 9 s.
insert into stored
select f.play_key, f.export_at, date_trunc('minute', f.export_at, 'UTC'), x.track_ref, x.title, f.export_ms,
       f.export_nth, f.in_extended, f.in_account, f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key,
       f.shuffle, f.skipped, f.offline, f.incognito
from star.streaming_fact f join raw.export_track x using (export_track_key)
where f.listener_id = %(listener_id)s
  and f.played_at between %(first_at)s::timestamptz - 2 * %(reach)s
                      and %(last_at)s::timestamptz + 2 * %(reach)s + interval '1 minute'
