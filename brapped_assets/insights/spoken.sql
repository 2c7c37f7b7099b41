-- name: heard
-- Podcasts, books and artists of some days with the sums of their episodes, chapters and videos; then (rows of no `items`)
-- some of those themselves, the last heard first, of a show if one is asked for: from the first again where there are
-- not so many; then the hours of the day (rows of no kind). One look at what bi.spoken_plays shows, by its keys: by its texts
-- it would take ten times as long.
-- `is_finished` is null where nothing tells how any of its plays ended.
with heard as materialized (
    select p.kind, p.spoken_item_key, p.played_hour as hour, count(*)::int as plays, sum(p.ms_played)::bigint as ms,
           min(p.played_on) as first_on, max(p.played_on) as last_on, max(p.played_at) as last_at,
           bool_or(p.reason_end_key = done.label_key) as is_finished
    from star.spoken_play p
    cross join (select coalesce((select l.label_key from star.play_label l where l.label = 'trackdone'), 0) as label_key) done
    where p.listener_id = %(listener_id)s and not p.is_told_elsewhere
      -- No day of the listener's lies further off. Reckoned beforehand: a date is another instant in each session's zone,
      -- so PostgreSQL would reckon it for every row. Nothing to narrow of all time.
      and (%(first_at)s::timestamptz is null or p.played_at >= %(first_at)s and p.played_at < %(until_at)s)
      and p.played_on >= %(first)s and p.played_on < %(until)s and (%(private)s or p.incognito is not true)
    group by grouping sets ((p.kind, p.spoken_item_key), (p.played_hour))
), named as materialized (
    select h.*, i.show_name, i.title, i.item_ref, %(show)s = '' or i.show_name = %(show)s as is_asked
    from heard h left join star.spoken_item i using (spoken_item_key)
    where h.kind is not null
)
select n.kind, n.show_name, null as title, null as uri, count(*)::int as items, sum(n.plays)::int as plays,
       sum(n.ms)::bigint as ms, count(*) filter (where n.is_finished)::int as finished, count(n.is_finished)::int as told,
       null::date as first_on, null::date as last_on, null::boolean as is_finished,
       null::smallint as hour
from named n group by 1, 2
union all
(select n.kind, n.show_name, n.title, case when n.item_ref not like 'name:%%' then n.item_ref end, null, n.plays, n.ms,
        null, null, n.first_on, n.last_on, n.is_finished, null
 from named n where n.is_asked
 order by n.last_at desc, n.kind, n.show_name, n.title, n.item_ref
 limit %(many)s
 offset (select case when count(*) > %(after)s::bigint then %(after)s else 0 end from named n where n.is_asked))
union all
select null, null, null, null, null, h.plays, h.ms, null, null, null, null, null, h.hour from heard h where h.kind is null

-- name: first_day
select min(p.played_on) as first_day from star.spoken_play p where p.listener_id = %(listener_id)s

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
