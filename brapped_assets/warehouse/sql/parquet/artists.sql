select a.artist_key, a.artist_id, a.artist_name, a.genres, a.image_url, p.first_played_at, p.last_played_at, a.is_known
from bi.artists a
left join (select t.artist_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f join star.track_dim t using (track_key)
            where f.listener_id = %(listener_id)s group by t.artist_key) p using (artist_key)
where a.artist_key in (select star.artists_of(%(listener_id)s))
order by a.artist_key
