-- The exported halves that are stored on the days of what is staged: of the same play, both kinds of export tell the same
-- minute. A table of its own, for the planner to know how many: a guess made the difference between 0.1 and 9 s.
insert into stored
select f.play_key, f.export_at, date_trunc('minute', f.export_at, 'UTC'), x.track_ref, x.title, f.export_ms,
       f.export_nth, f.in_extended, f.in_account, f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key,
       f.shuffle, f.skipped, f.offline, f.incognito
from (select distinct ended_at::date as day from staged_play) d
-- Days, not one span: a single offline play from years ago would read all of them. Found by played_at, which is indexed
-- and, of a matched play, the polled instant.
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s
                       and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + 2 * %(reach)s
                       and f.export_at >= d.day and f.export_at < d.day + 1
                    offset 0) f
join raw.export_track x using (export_track_key)
