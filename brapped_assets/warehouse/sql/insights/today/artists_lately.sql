-- The main artists of the most plays of late: all their plays, and those of late by local day. `since` is the first of a
-- month: what came before is whole months.
with lately as materialized (
    select t.artist_key, p.played_on as day, count(*)::int as plays
    from insights.shown_play p join star.track_dim t using (track_key)
    where p.listener_id = %(listener_id)s and p.counts and p.played_on >= %(since)s and p.played_on <= %(today)s
      and p.played_at >= %(since)s::timestamp at time zone 'UTC' - interval '1 day'
      and p.played_at < %(today)s::timestamp at time zone 'UTC' + interval '2 days'
    group by t.artist_key, p.played_on
), liked as materialized (
    select m.artist_key, m.plays,
           (select json_agg(json_build_array(d.day, d.plays) order by d.day) from lately d where d.artist_key = m.artist_key) as days
    from (select artist_key, sum(plays)::int as plays from lately
           group by artist_key order by sum(plays) desc, artist_key limit %(limit)s) m
), before as (
    select h.artist_key, sum(h.plays)::int as plays
    from insights.artists_of(%(listener_id)s, %(first)s, %(since)s) h
    where h.artist_key = any(array(select artist_key from liked))
    group by h.artist_key
)
select a.artist_key as key, a.artist_name as name, coalesce(b.plays, 0) + l.plays as plays, l.days
from liked l join star.artist_dim a using (artist_key) left join before b using (artist_key)
order by a.artist_key
