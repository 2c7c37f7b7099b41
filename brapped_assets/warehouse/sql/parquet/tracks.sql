-- First and last of this listener, where bi.tracks counts everybody's.
select t.track_key, t.track_id, t.track_name, t.artist_key, t.artist_id, t.artist_name, t.featured_artists, t.album_id,
       t.album_name, t.album_type, t.release_date, t.duration_ms, t.explicit, t.isrc, t.image_url,
       p.first_played_at, p.last_played_at
from bi.tracks t
left join (select f.track_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f where f.listener_id = %(listener_id)s group by f.track_key) p using (track_key)
where t.track_key in (select star.tracks_of(%(listener_id)s))
order by t.track_key
