-- The main artists and the songs of the most plays of late: all their plays, and those of late by local day.
with lately as materialized (
    select p.track_key, p.played_on as day, count(*)::int as plays
    from insights.shown_play p
    where p.listener_id = %(listener_id)s and p.counts and p.played_on >= %(since)s and p.played_on <= %(today)s
      and p.played_at >= %(since)s::timestamp at time zone 'UTC' - interval '1 day'
      and p.played_at < %(today)s::timestamp at time zone 'UTC' + interval '2 days'
    group by p.track_key, p.played_on
), of_artist as materialized (
    select t.artist_key, l.day, sum(l.plays)::int as plays
    from lately l join star.track_dim t using (track_key)
    where t.artist_key <> all(array(select n.artist_key from star.artist_dim n where n.is_nobody))
    group by t.artist_key, l.day
), artists as materialized (
    select artist_key from of_artist group by artist_key order by sum(plays) desc, artist_key limit %(limit)s
), tracks as materialized (
    select track_key from lately group by track_key order by sum(plays) desc, track_key limit %(limit)s
)
select 'artist' as kind, a.artist_key as key, a.artist_name as name, e.plays,
       (select json_agg(json_build_array(o.day, o.plays) order by o.day) from of_artist o where o.artist_key = a.artist_key) as days
from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s) e join star.artist_dim a using (artist_key)
where e.artist_key = any(array(select artist_key from artists))
union all
select 'track', t.track_key, t.track_name, e.plays,
       (select json_agg(json_build_array(l.day, l.plays) order by l.day) from lately l where l.track_key = t.track_key)
from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) e join star.track_dim t using (track_key)
where e.track_key = any(array(select track_key from tracks))
order by kind, key
