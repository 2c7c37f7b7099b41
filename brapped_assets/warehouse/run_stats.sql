-- name: landed_by_hour
-- One row per asked hour, over all listeners. An hour is vouched for when everything played in it is known: collecting
-- had begun and no open gap touches it, or an import covers it.
with known as (
    select case when l.collected_since is null then '{}' else tstzmultirange(tstzrange(l.collected_since, null)) end
           - coalesce((select range_agg(tstzrange(g.gap_start, g.gap_end)) from bi.coverage_gaps g
                        where g.listener_id = l.listener_id and g.closed_at is null), '{}')
           + coalesce((select range_agg(c.covered) from audit.coverage c where c.listener_id = l.listener_id), '{}')
           as times
    from audit.listener l
)
select h.hour,
       -- Listener by listener, as the index has them.
       (select count(*) from audit.listener l
        cross join lateral (select from raw.recently_played r
                             where r.listener_id = l.listener_id
                               and r.played_at >= h.hour and r.played_at < h.hour + interval '1 hour'
                             offset 0) r)::int as plays,
       not exists (select from known
                    where not known.times @> tstzrange(h.hour, h.hour + interval '1 hour')) as is_vouched_for
from unnest(%(hours)s::timestamptz[]) as h (hour)
order by h.hour

-- name: count_polled
-- By the clock of the machine that polled: where that is over a minute wrong, `polled_at` is told by Spotify's.
select count(*) as polled
from unnest(%(listeners)s::int[]) as asked (listener_id)
cross join lateral (select p.polled_at, p.clock_skew_ms from audit.poll p
                     where p.listener_id = asked.listener_id order by p.polled_at desc limit 1) newest
where newest.polled_at
      - case when abs(newest.clock_skew_ms) > 60000 then newest.clock_skew_ms else 0 end * interval '1 ms' >= %(since)s

-- name: plays_by_hour
-- One row per asked hour, over all listeners: rows of the fact, their milliseconds, how many count as plays, and who
-- tells of them. What only the old tables tell of is in `plays` alone.
select h.hour, count(f.play_key)::int as plays,
       (count(f.play_key) filter (where f.ms_played >= 30000))::int as counted_plays,
       coalesce(sum(f.ms_played), 0)::bigint as ms_played,
       (count(f.play_key) filter (where f.export_at is null and f.api_at is not null))::int as plays_from_api,
       (count(f.play_key) filter (where f.api_at is null and f.export_at is not null))::int as plays_from_export,
       (count(f.play_key) filter (where f.api_at is not null and f.export_at is not null))::int as plays_from_both
from unnest(%(hours)s::timestamptz[]) as h (hour)
-- Listener by listener, as the index has them.
left join lateral (select f.* from audit.listener l
                   cross join lateral (select p.* from star.streaming_fact p
                                        where p.listener_id = l.listener_id
                                          and p.played_at >= h.hour and p.played_at < h.hour + interval '1 hour'
                                        offset 0) f) f on true
group by h.hour
order by h.hour

-- name: first_year
-- Listener by listener, as the index has them.
select extract(year from min(f.played_at_local))::int as year
from audit.listener l
cross join lateral (select p.played_at_local from star.streaming_fact p
                     where p.listener_id = l.listener_id order by p.played_at limit 1) f

-- name: listeners_by_year
select extract(year from played_on)::int as year, count(distinct listener_id)::int as listeners
from bi.shown_plays
where counts_as_play
group by 1
order by 1

-- name: columns
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as is_nullable,
       col_description(a.attrelid, a.attnum) as description, a.attgenerated <> '' as is_generated
from pg_attribute a
where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum

-- name: size
select pg_relation_size(%(table)s::regclass) as bytes

-- name: spoken_by_kind
select kind, count(*)::int as plays from star.spoken_play where not is_told_elsewhere group by kind order by kind
