-- Of the 50 most played artists, the one who came back after half a year or more of silence and was played most since.
-- A silence of 180 days shows between the months of an artist: each says its first and last day.
with top as materialized (
    select array(select artist_key from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
                  order by plays desc, ms desc, artist_key limit 50) as keys
), told as (
    select * from insights.months_of_artists(%(listener_id)s, (select keys from top), %(first)s, %(until)s)
    union all
    select * from insights.months_of_artists(%(listener_id)s, (select keys from top), %(first_day)s, %(first)s)
), silence as (
    select artist_key, first_on as back_on, lag(last_on) over (partition by artist_key order by first_on) as last_on,
           sum(plays) over since as plays_since, sum(ms) over since as ms_since
    from told
    window since as (partition by artist_key order by first_on rows between current row and unbounded following)
)
select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name, s.last_on, s.back_on,
       s.plays_since::int as plays, s.ms_since::bigint as ms
from silence s
join star.artist_dim a using (artist_key)
where s.back_on - s.last_on >= 180 and s.back_on >= %(first)s
order by s.plays_since desc, s.ms_since desc, a.artist_key, s.back_on
limit 1
