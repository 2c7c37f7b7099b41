-- Artists first heard in the period, the most played of them first; the counts are of all of them.
with new as materialized (
    select h.artist_key, h.plays, h.ms
    from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s) h
    join (select artist_key from insights.artist_firsts_of(%(listener_id)s) where first_on >= %(first)s) f using (artist_key)
)
select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name, n.plays, n.ms, n.of_all, n.of_plays
from (select new.*, count(*) over ()::int as of_all, (sum(plays) over ())::int as of_plays
        from new
       order by plays desc, ms desc, artist_key
       limit 3) n
join star.artist_dim a using (artist_key)
order by n.plays desc, n.ms desc, a.artist_key
