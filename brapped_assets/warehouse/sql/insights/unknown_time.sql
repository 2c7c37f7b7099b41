-- Stretches of some local days, until now, of which nothing tells what was played. The days of whoever vouches for a time count
-- as known whole: files of exports, polls without their open gaps. Else days with plays do, and the silence between them while it
-- is short.
with asked as (
    select held.moves, held.zones,
           tsrange(%(first)s::timestamp,
                   greatest(least(%(until)s::timestamp, star.local_time(%(now)s, held.moves, held.zones)),
                            %(first)s::timestamp)) as span
    from audit.zones_of(%(listener_id)s) held
), vouched as (
    select lower(c.covered) as since, upper(c.covered) as until
    from audit.coverage c where c.listener_id = %(listener_id)s and not isempty(c.covered)
    union all
    select l.collected_since, greatest(l.collected_since, (select max(p.polled_at) from audit.poll p
                                                            where p.listener_id = l.listener_id))
    from audit.listener l where l.listener_id = %(listener_id)s and l.collected_since is not null
), told as (
    select date_trunc('day', star.local_time(v.since, a.moves, a.zones)) as since,
           date_trunc('day', star.local_time(v.until, a.moves, a.zones)) + interval '1 day' as until
    from vouched v cross join asked a
    union all
    select d.day, case when d.next_day - d.day <= %(quiet_days)s + 1 then d.next_day else d.day + 1 end
    from (select h.day, lead(h.day) over (order by h.day) as next_day
            from unnest(%(days)s::date[]) as h (day)) d
), known as (
    select coalesce(range_agg(tsrange(t.since, t.until)), '{}') as spans from told t where t.since < t.until
), gap as (
    select coalesce(range_agg(tsrange(least(g.since, g.until), greatest(g.since, g.until))), '{}') as spans
    from (select star.local_time(g.gap_start, a.moves, a.zones) as since, star.local_time(g.gap_end, a.moves, a.zones) as until
            from bi.coverage_gaps g cross join asked a
           where g.listener_id = %(listener_id)s and g.closed_at is null) g
)
select lower(u.span) as gap_start, upper(u.span) as gap_end
from (select unnest((tsmultirange(a.span) - k.spans) + (tsmultirange(a.span) * g.spans)) as span
        from asked a cross join known k cross join gap g) u
order by 1
