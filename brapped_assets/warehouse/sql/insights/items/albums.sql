-- The albums of some tracks by plays.
select al.album_key, al.album_id, al.album_name, al.artist_name, al.image_url is not null as has_cover,
       l.plays, l.ms
from (select al.release_group, min(al.album_key) as oldest, sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
        from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s
        join star.track_dim t using (track_key)
        join star.album_dim al using (album_key)
       where s.track_key = any(%(tracks)s::int[])
       group by al.release_group
       order by sum(s.plays) desc, sum(s.ms) desc, min(al.album_key)
       limit %(limit)s) l
cross join star.shown_release(l.release_group) al
order by l.plays desc, l.ms desc, l.oldest
