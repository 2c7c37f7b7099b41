-- Some local days, each with its song and its main artist of the most plays (null: none is known); ties to milliseconds, then
-- the older key.
-- `offset 0` makes it day after day: joined, the planner would rather read everything.
with heard as materialized (
    select p.played_on as day, t.track_key, t.artist_key, count(*)::int as plays, sum(p.ms_played)::bigint as ms
    from unnest(%(days)s::date[]) as d (day)
    cross join lateral (
        select * from insights.shown_play p
         where p.listener_id = %(listener_id)s and p.counts and p.played_on = d.day
           and p.played_at >= d.day::timestamp at time zone 'UTC' - interval '1 day'
           and p.played_at < d.day::timestamp at time zone 'UTC' + interval '2 days'
        offset 0) p
    join star.track_dim t using (track_key)
    group by p.played_on, t.track_key
), songs as (
    select distinct on (day) day, track_key, plays from heard order by day, plays desc, ms desc, track_key
), artists as (
    select distinct on (day) day, artist_key, sum(plays)::int as plays
    from heard where artist_key <> all(array(select n.artist_key from star.artist_dim n where n.is_nobody))
    group by day, artist_key order by day, sum(plays) desc, sum(ms) desc, artist_key
), whole as (
    select day, sum(plays)::int as plays, sum(ms)::bigint as ms from heard group by day
)
select w.day, w.plays, w.ms, s.track_key, t.track_name, ta.artist_name as track_artist_name, s.plays as track_plays,
       a.artist_key, ar.artist_name, a.plays as artist_plays
from whole w
join songs s using (day)
join star.track_dim t using (track_key)
join star.artist_dim ta on ta.artist_key = t.artist_key
left join artists a using (day)
left join star.artist_dim ar on ar.artist_key = a.artist_key
order by w.day desc
