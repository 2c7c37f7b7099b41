-- Some tracks by plays; `all_plays` and `all_ms` are those of all of them, whatever the limit.
select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, al.album_key, al.album_name, al.release_date,
       al.image_url is not null as has_cover, l.plays, l.ms, l.all_plays, l.all_ms
from (select track_key, plays, ms, (sum(plays) over ())::int as all_plays, (sum(ms) over ())::bigint as all_ms
        from insights.track_sums(%(listener_id)s, %(first)s, %(until)s)
       where track_key = any(%(tracks)s::int[])
       order by plays desc, ms desc, track_key
       limit %(limit)s) l
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
order by l.plays desc, l.ms desc, t.track_key
