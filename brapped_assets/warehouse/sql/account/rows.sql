-- The rows of these days that stand for what account data alone tells.
select f.play_key, f.export_at as played_minute, f.export_track_key, f.export_ms as ms_played, f.export_nth as nth,
       x.title, f.api_at is null and f.legacy_at is null as is_alone
from unnest(%(days)s::date[]) d (day)
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s
                       and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + 2 * %(reach)s
                       and f.export_at >= d.day and f.export_at < d.day + 1 and f.in_account
                    offset 0) f
join raw.export_track x using (export_track_key)
