-- Plays of 30 s and more of some local days, by hour, and how many of them had ended by a time of day.
-- A day lies within 24 h of its UTC namesake in every zone: found by the index on instants, told by the local day.
-- `offset 0` makes it day after day: joined, the planner would rather read everything.
select p.played_on as day, p.played_hour as hour, count(*)::int as plays, sum(p.ms_played)::bigint as ms,
       coalesce(sum(p.ms_played) filter (where p.is_estimated), 0)::bigint as estimated_ms,
       count(*) filter (where p.played_at_local::time <= %(time)s)::int as plays_by_then,
       coalesce(sum(p.ms_played) filter (where p.played_at_local::time <= %(time)s), 0)::bigint as ms_by_then
from unnest(%(days)s::date[]) as d (day)
cross join lateral (
    select * from insights.shown_play p
     where p.listener_id = %(listener_id)s and p.counts and p.played_on = d.day
       and p.played_at >= d.day::timestamp at time zone 'UTC' - interval '1 day'
       and p.played_at < d.day::timestamp at time zone 'UTC' + interval '2 days'
    offset 0) p
group by p.played_on, p.played_hour
order by p.played_on, p.played_hour
