-- name: items
-- Episodes, chapters and videos of some days, the last heard first. `is_finished` is null where nothing tells how any of
-- its plays ended.
select p.kind, p.show_name, p.title, p.uri, count(*)::int as plays, sum(p.ms_played)::bigint as ms,
       min(p.played_on) as first_on, max(p.played_on) as last_on, bool_or(p.reason_end = 'trackdone') as is_finished
from bi.spoken_plays p
where p.listener_id = %(listener_id)s and p.played_on >= %(first)s and p.played_on < %(until)s
  and (%(private)s or p.incognito is not true)
group by p.kind, p.show_name, p.title, p.uri
order by max(p.played_at) desc, p.kind, p.show_name, p.title, p.uri

-- name: hours
select p.played_hour as hour, sum(p.ms_played)::bigint as ms
from bi.spoken_plays p
where p.listener_id = %(listener_id)s and p.played_on >= %(first)s and p.played_on < %(until)s
  and (%(private)s or p.incognito is not true)
group by p.played_hour

-- name: known_until
-- The last that any export tells of, music or not: until then what is spoken is complete.
select max(told.at) as known_until
from (select max(i.last_at) as at from audit.import_file i
       where i.listener_id = %(listener_id)s and i.finished_at is not null and i.reader_version >= %(reader_version)s
      union all
      select max(p.played_at) from star.spoken_play p where p.listener_id = %(listener_id)s and p.told_by <> 'poll') told

-- name: plays
-- For a file: what ended after an instant and key, some rows of it.
select p.played_at, p.spoken_key, p.played_at_local, p.kind, p.show_name, p.title, p.ms_played, p.ms_played_basis,
       p.reason_end, p.skipped, p.offline, p.incognito, p.platform, p.country, p.source, p.uri
from bi.spoken_plays p
where p.listener_id = %(listener_id)s and p.played_on >= %(first)s and p.played_on < %(until)s
  and (%(private)s or p.incognito is not true) and (%(show)s::text is null or p.show_name = %(show)s)
  and (p.played_at, p.spoken_key) > (%(after)s::timestamptz, %(after_key)s::bigint)
order by p.played_at, p.spoken_key
limit %(limit)s
