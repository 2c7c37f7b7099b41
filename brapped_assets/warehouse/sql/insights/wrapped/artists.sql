-- The five most played artists by month, and how many artists there were. A row is an artist and a month.
with ranked as materialized (
    select artist_key, plays, ms, count(*) over ()::int as of_all
    from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
    order by plays desc, ms desc, artist_key
    limit 5
), told as materialized (
    select artist_key, first_on, plays
    from insights.months_of_artists(%(listener_id)s, array(select artist_key from ranked), %(first)s, %(until)s)
)
select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name, r.plays, r.ms, r.of_all,
       date_trunc('month', t.first_on)::date as month, sum(t.plays)::int as month_plays
from ranked r
join told t using (artist_key)
join star.artist_dim a using (artist_key)
group by a.artist_key, r.plays, r.ms, r.of_all, month
order by r.plays desc, r.ms desc, a.artist_key, month
