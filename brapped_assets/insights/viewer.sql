-- name: viewer
-- Whose pages these are, and what every page says of its numbers: as of when, and since when.
select l.listener_id, l.display_name as name, l.time_zone, held.moves, held.zones, l.collected_since,
       coalesce(l.consent_ended_at is not null, false) as consent_ended,
       -- Of whoever is polled; it lasts six months.
       case when l.token_fingerprint is not null then l.authorized_at + interval '6 months' end as consent_ends_at,
       -- A poll of a clock that was ahead is no recent poll.
       (select max(p.polled_at) from audit.poll p
         where p.listener_id = l.listener_id and p.polled_at <= now() + interval '1 hour') as last_polled_at,
       first.played_on as first_day, last.played_on as last_day, last.played_at as data_as_of,
       (select count(*)::int from insights.hidden h where h.listener_id = l.listener_id)
       + (select count(*)::int from insights.hidden_time h where h.listener_id = l.listener_id) as hidden,
       exists (select from star.spoken_play s where s.listener_id = l.listener_id) as has_spoken,
       coalesce((select c.rule from insights.counting_rule c where c.listener_id = l.listener_id), 'spotify') as usual_rule,
       (select jsonb_strip_nulls(to_jsonb(p) - '{listener_id,chosen_at}'::text[])
          from insights.preference p where p.listener_id = l.listener_id) as preference,
       (select json_agg(json_build_object('listener_id', e.listener_id, 'name', e.display_name) order by e.listener_id)
          from audit.listener e) as everybody
from audit.listener l
cross join lateral audit.zones_of(l.listener_id) held
left join lateral (select f.played_on from star.streaming_fact f where f.listener_id = l.listener_id
                    order by f.played_at limit 1) first on true
left join lateral (select f.played_on, f.played_at from star.streaming_fact f where f.listener_id = l.listener_id
                    order by f.played_at desc limit 1) last on true
where %(listener_id)s::int is null or l.listener_id = %(listener_id)s
order by l.listener_id
limit 1

-- name: gaps
-- Stretches in which plays may be missing, as local time of the listener: the open ones of bi.coverage_gaps, without who closed
-- the others, for every page asks.
select star.local_time(lower(open.span), held.moves, held.zones) as gap_start,
       star.local_time(upper(open.span), held.moves, held.zones) as gap_end
from audit.zones_of(%(listener_id)s) held
cross join lateral (
    select unnest(range_agg(tstzrange(least(g.gap_start, g.gap_end), greatest(g.gap_start, g.gap_end), '()'))
                  - coalesce((select range_agg(c.covered) from audit.coverage c where c.listener_id = %(listener_id)s),
                             '{}')) as span
    from audit.gap g where g.listener_id = %(listener_id)s
) open
order by 1

-- name: selection
-- What the keys and words of a selection mean: release groups, recordings (as columns/life.sql has them), contexts by type or uri.
select array(select distinct al.release_group from star.album_dim al where al.album_key = any(%(albums)s::int[])) as albums,
       array(select distinct hashtextextended(coalesce(t.isrc, t.track_ref), 0) from star.track_dim t
              where t.track_key = any(%(tracks)s::int[])) as recordings,
       array(select c.context_key from raw.context c
              where cardinality(%(contexts)s::text[]) > 0
                and (c.context_type = any(%(contexts)s::text[]) or c.context_uri = any(%(contexts)s::text[]))) as contexts

-- name: choose_rule
-- For a listener there is.
insert into insights.counting_rule (listener_id, rule, chosen_at)
select l.listener_id, %(rule)s, %(now)s from audit.listener l where l.listener_id = %(listener_id)s
on conflict (listener_id) do update set rule = excluded.rule, chosen_at = excluded.chosen_at
where counting_rule.rule <> excluded.rule

-- name: preference
select jsonb_strip_nulls(to_jsonb(p) - '{listener_id,chosen_at}'::text[]) as preference
from insights.preference p where p.listener_id = %(listener_id)s

-- name: choose_preference
-- For a listener there is.
insert into insights.preference (listener_id, language, theme, hours, numbers, week_begins, private_sessions, chosen_at)
select l.listener_id, nullif(%(language)s, ''), nullif(%(theme)s, ''), nullif(%(hours)s, ''), nullif(%(numbers)s, ''),
       %(week_begins)s, %(private_sessions)s, %(now)s
from audit.listener l where l.listener_id = %(listener_id)s
on conflict (listener_id) do update
set language = excluded.language, theme = excluded.theme, hours = excluded.hours, numbers = excluded.numbers,
    week_begins = excluded.week_begins, private_sessions = excluded.private_sessions, chosen_at = excluded.chosen_at

-- name: since
-- Since when a listener is known here: what makes their news different from those of another home.
select created_at from audit.listener where listener_id = %(listener_id)s

-- name: vouched
-- Stretches of local days that somebody vouches for, as known whole: files of exports, and polls (their open gaps are no less
-- among them).
select date_trunc('day', star.local_time(v.since, held.moves, held.zones)) as since,
       date_trunc('day', star.local_time(v.until, held.moves, held.zones)) + interval '1 day' as until
from audit.zones_of(%(listener_id)s) held
cross join (
    select lower(c.covered) as since, upper(c.covered) as until
    from audit.coverage c where c.listener_id = %(listener_id)s and not isempty(c.covered)
    union all
    select l.collected_since, greatest(l.collected_since, (select max(p.polled_at) from audit.poll p
                                                            where p.listener_id = l.listener_id))
    from audit.listener l where l.listener_id = %(listener_id)s and l.collected_since is not null
) v
