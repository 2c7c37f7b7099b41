-- name: plays
select p.* from bi.plays p where p.listener_id = %(listener_id)s order by p.played_at, p.play_key

-- name: spoken_plays
select p.* from bi.spoken_plays p where p.listener_id = %(listener_id)s order by p.played_at, p.spoken_key

-- name: tracks
-- First and last of this listener, where bi.tracks counts everybody's.
select t.track_key, t.track_id, t.track_name, t.artist_key, t.artist_id, t.artist_name, t.featured_artists, t.album_id,
       t.album_name, t.album_type, t.release_date, t.duration_ms, t.explicit, t.isrc, t.image_url,
       p.first_played_at, p.last_played_at
from bi.tracks t
left join (select f.track_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f where f.listener_id = %(listener_id)s group by f.track_key) p using (track_key)
where t.track_key in (select star.tracks_of(%(listener_id)s))
order by t.track_key

-- name: artists
select a.artist_key, a.artist_id, a.artist_name, a.genres, a.image_url, p.first_played_at, p.last_played_at, a.is_known,
       a.country, a.area, a.kind, a.began, a.ended
from bi.artists a
left join (select t.artist_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f join star.track_dim t using (track_key)
            where f.listener_id = %(listener_id)s group by t.artist_key) p using (artist_key)
where a.artist_key in (select star.artists_of(%(listener_id)s))
order by a.artist_key

-- name: artist_genres
select g.* from bi.artist_genres g
where g.artist_key in (select star.artists_of(%(listener_id)s))
order by g.artist_key, g.weight desc, g.genre

-- name: albums
-- As bi.albums, of this listener's tracks.
select al.album_id, al.album_name, al.artist_name, al.album_type, al.release_date, al.total_tracks, al.image_url
from star.album_dim al
where al.album_key in (select t.album_key from star.track_dim t where t.track_key in (select star.tracks_of(%(listener_id)s)))
order by al.album_key

-- name: track_artists
select c.* from bi.track_artists c
where c.track_key in (select star.tracks_of(%(listener_id)s))
order by c.track_key, c.position

-- name: listeners
select l.* from bi.listeners l where l.listener_id = %(listener_id)s

-- name: coverage_gaps
select g.* from bi.coverage_gaps g where g.listener_id = %(listener_id)s order by g.gap_start, g.gap_end
