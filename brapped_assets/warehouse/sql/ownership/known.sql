-- What is known of some UTC days, as polls and as exports told it.
select extract(epoch from f.played_at)::float8 as at, t.track_ref, t.track_name as title, x.track_ref as export_ref,
       x.title as export_title, extract(epoch from f.export_at)::float8 as export_at, not f.in_extended as is_minutely,
       f.api_at is not null or f.legacy_at is not null as is_polled
from unnest(%(days)s::date[]) as d (day)
-- Day by day: one offline play from years ago would read all of them. A day's plays may have been matched across midnight.
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s and f.played_at >= d.day and f.played_at < d.day + 1
                    offset 0) f
join star.track_dim t using (track_key)
left join raw.export_track x using (export_track_key)
