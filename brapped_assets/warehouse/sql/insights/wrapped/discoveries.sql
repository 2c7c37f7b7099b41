-- Artists first heard in the period, the most played of them first; the counts are of all of them.
with heard as (
    select artist_key, sum(plays)::int as plays, sum(ms)::bigint as ms
    from insights.artists_of(%(listener_id)s, %(first)s, %(until)s)
    group by artist_key
)
select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name, h.plays, h.ms, h.of_all, h.of_plays
from (select h.*, count(*) over ()::int as of_all, sum(h.plays) over ()::int as of_plays
        from heard h
       where not exists (select from insights.artists_of(%(listener_id)s, %(first_day)s, %(first)s) b
                          where b.artist_key = h.artist_key)
       order by h.plays desc, h.ms desc, h.artist_key
       limit 3) h
join star.artist_dim a using (artist_key)
order by h.plays desc, h.ms desc, a.artist_key
