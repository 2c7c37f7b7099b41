-- The halves of extended history that are stored on the days of what is staged. A table of its own, for the planner to
-- know how many: a guess made the difference between 0.1 and 9 s.
insert into stored
select f.play_key, f.export_at, f.uploaded_at, x.track_ref, f.export_ms, f.export_nth, f.platform_key, f.country_key,
       f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped, f.offline, f.incognito
from (select distinct ended_at::date as day from staged_play) d
-- Days, not one span: a single offline play from years ago would read all of them. Found by played_at, which is indexed
-- and, of a matched play, the polled instant.
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s
                       and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + 2 * %(reach)s
                       and f.export_at >= d.day and f.export_at < d.day + 1 and f.in_extended
                    offset 0) f
join raw.export_track x using (export_track_key)
