-- The albums of some tracks by plays.
select al.album_key, al.album_id, al.album_name, al.artist_name, al.image_url is not null as has_cover,
       l.plays, l.ms
from (select t.album_key, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
        from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s
        join star.track_dim t using (track_key)
       where s.track_key = any(%(tracks)s::int[]) and t.album_key is not null
       group by t.album_key
       order by sum(s.plays) desc, sum(s.ms) desc, t.album_key
       limit %(limit)s) l
join star.album_dim al using (album_key)
order by l.plays desc, l.ms desc, al.album_key
