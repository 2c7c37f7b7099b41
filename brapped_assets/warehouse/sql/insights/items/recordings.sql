-- Some tracks by plays, the releases of a recording as one; its most played release stands for it.
select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, al.image_url is not null as has_cover,
       l.plays, l.ms
from (select (array_agg(s.track_key order by s.plays desc, s.ms desc, s.track_key))[1] as track_key,
             sum(s.plays)::int as plays, sum(s.ms)::bigint as ms
        from insights.track_sums(%(listener_id)s, %(first)s, %(until)s) s
        join star.track_dim t using (track_key)
       where s.track_key = any(%(tracks)s::int[])
       group by coalesce(t.isrc, t.track_ref)
       order by sum(s.plays) desc, sum(s.ms) desc, 1
       limit %(limit)s) l
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
order by l.plays desc, l.ms desc, t.track_key
