-- The main artists of the most plays of late: all their plays, and those of late by local day.
with lately as materialized (
    select t.artist_key, p.played_on as day, count(*)::int as plays
    from insights.shown_play p join star.track_dim t using (track_key)
    where p.listener_id = %(listener_id)s and p.counts and p.played_on >= %(since)s
      and p.played_at >= %(since)s::timestamp at time zone 'UTC' - interval '1 day'
    group by t.artist_key, p.played_on
), liked as materialized (
    select artist_key, json_agg(json_build_array(day, plays) order by day) as days
    from lately group by artist_key order by sum(plays) desc, artist_key limit %(limit)s
), ever as (
    select h.artist_key, sum(h.plays)::int as plays
    from insights.artists_of(%(listener_id)s, %(first)s, %(until)s) h
    where h.artist_key = any(array(select artist_key from liked))
    group by h.artist_key
)
select a.artist_key as key, a.artist_name as name, e.plays, l.days
from liked l join ever e using (artist_key) join star.artist_dim a using (artist_key)
order by a.artist_key
