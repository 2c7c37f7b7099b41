select p.played_at, p.ms_played, p.is_estimated, t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name,
       al.image_url is not null as has_cover
from (select * from insights.shown_play p
       where p.listener_id = %(listener_id)s and p.counts
       order by p.played_at desc, p.play_key desc limit %(limit)s) p
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
order by p.played_at desc, p.play_key desc
