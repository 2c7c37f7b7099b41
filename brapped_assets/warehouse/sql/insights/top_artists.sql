select a.artist_key, a.artist_id, a.artist_name, a.image_url is not null as has_cover, l.plays, l.ms, l.first_on
from (select artist_key, plays, ms, first_on
        from insights.artist_sums(%(listener_id)s, %(first)s, %(until)s)
       order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, artist_key
       limit %(limit)s) l
join star.artist_dim a using (artist_key)
order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, a.artist_key
