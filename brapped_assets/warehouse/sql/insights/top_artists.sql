select a.artist_key, a.artist_id, a.artist_name, a.image_url is not null as has_cover, l.plays, l.ms, l.first_on
from (select artist_key, sum(plays)::int as plays, sum(ms)::bigint as ms, min(first_on) as first_on
        from insights.artists_of(%(listener_id)s, %(first)s, %(until)s)
       group by artist_key
       order by case when %(by)s = 'plays' then sum(plays) else sum(ms) end desc, sum(plays) desc, sum(ms) desc, artist_key
       limit %(limit)s) l
join star.artist_dim a using (artist_key)
order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, a.artist_key
