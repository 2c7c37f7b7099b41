-- Of the 50 most played artists, the one who came back after half a year or more of silence and was played most since.
-- A silence of 180 days shows between the months of an artist: each says its first and last day.
with heard as materialized (
    select artist_key, plays, ms, first_on, last_on from insights.artist_months_of(%(listener_id)s, %(first)s, %(until)s)
), top as materialized (
    select artist_key
    from heard
    group by artist_key
    order by sum(plays) desc, sum(ms) desc, artist_key
    limit 50
), told as (
    select h.* from heard h join top using (artist_key)
    union all
    select b.* from insights.artist_months_of(%(listener_id)s, %(first_day)s, %(first)s) b join top using (artist_key)
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
