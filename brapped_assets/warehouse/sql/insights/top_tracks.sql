select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, al.album_key,
       al.image_url is not null as has_cover, l.plays, l.ms, l.first_on
from (select track_key, plays, ms, first_on
        from insights.track_sums(%(listener_id)s, %(first)s, %(until)s)
       order by case when %(by)s = 'plays' then plays else ms end desc, plays desc, ms desc, track_key
       limit %(limit)s) l
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
order by case when %(by)s = 'plays' then l.plays else l.ms end desc, l.plays desc, l.ms desc, t.track_key
