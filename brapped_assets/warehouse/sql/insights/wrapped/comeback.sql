-- Of the 50 most played artists, the one who came back after half a year or more of silence and was played most since.
-- A silence of 180 days shows between the months of an artist: each says its first and last day.
with top as (
    select artist_key
    from insights.artists_of(%(listener_id)s, %(first)s, %(until)s)
    group by artist_key
    order by sum(plays) desc, sum(ms) desc, artist_key
    limit 50
), told as (
    select m.artist_key, min(m.first_on) as first_on, max(m.last_on) as last_on, sum(m.plays) as plays, sum(m.ms) as ms
    from insights.artists_of(%(listener_id)s, %(first_day)s, %(first)s) m
    where m.artist_key = any(array(select artist_key from top))
    group by m.artist_key, date_trunc('month', m.first_on)
    union all
    select m.artist_key, min(m.first_on), max(m.last_on), sum(m.plays), sum(m.ms)
    from insights.artists_of(%(listener_id)s, %(first)s, %(until)s) m
    where m.artist_key = any(array(select artist_key from top))
    group by m.artist_key, date_trunc('month', m.first_on)
), silence as (
    select artist_key, first_on as back_on, plays, ms,
           lag(last_on) over (partition by artist_key order by first_on) as last_on,
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
