-- name: accounts
-- Which of these usernames an imported file of the listener named; none of them where no file named any.
select told.username,
       exists (select from audit.import_file i
               where i.listener_id = %(listener_id)s
                 and substr(i.username_hash, 17)
                     = sha256(substr(i.username_hash, 1, 16) || convert_to(lower(told.username), 'UTF8'))) as is_known
from unnest(%(usernames)s::text[]) as told (username)
where exists (select from audit.import_file i where i.listener_id = %(listener_id)s and i.username_hash is not null)
order by 1

-- name: of_others
-- Files with plays that other listeners have imported, and this one has not.
select i.content_hash, min(l.display_name) as display_name
from audit.import_file i
join audit.listener l using (listener_id)
where i.content_hash = any(%(content_hashes)s) and i.listener_id <> %(listener_id)s
  and i.plays_added + i.plays_matched + i.plays_told_twice + i.plays_known > 0
  and not exists (select from audit.import_file own
                  where own.listener_id = %(listener_id)s and own.content_hash = i.content_hash)
group by i.content_hash

-- name: days
select played_at::date as day, count(*)::int as plays from star.streaming_fact where listener_id = %(listener_id)s group by 1

-- name: known
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
