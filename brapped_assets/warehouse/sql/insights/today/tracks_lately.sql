-- The songs of the most plays of late: all their plays, and those of late by local day.
with lately as materialized (
    select p.track_key, p.played_on as day, count(*)::int as plays
    from insights.shown_play p
    where p.listener_id = %(listener_id)s and p.counts and p.played_on >= %(since)s and p.played_on <= %(today)s
      and p.played_at >= %(since)s::timestamp at time zone 'UTC' - interval '1 day'
      and p.played_at < %(today)s::timestamp at time zone 'UTC' + interval '2 days'
    group by p.track_key, p.played_on
), liked as materialized (
    select m.track_key, m.plays,
           (select json_agg(json_build_array(d.day, d.plays) order by d.day) from lately d where d.track_key = m.track_key) as days
    from (select track_key, sum(plays)::int as plays from lately
           group by track_key order by sum(plays) desc, track_key limit %(limit)s) m
), ever as (
    select h.track_key, sum(h.plays)::int as plays
    from insights.tracks_of(%(listener_id)s, %(first)s, %(until)s) h
    where h.track_key = any(array(select track_key from liked))
    group by h.track_key
)
select t.track_key as key, t.track_name as name, e.plays, l.days
from liked l join ever e using (track_key) join star.track_dim t using (track_key)
order by t.track_key
