select t.track_key as key, t.track_id as spotify_id, t.track_name as name, a.artist_key, a.artist_name, t.album_key,
       al.album_name, al.release_date, al.release_date_precision, t.duration_ms,
       hashtextextended(coalesce(t.isrc, t.track_ref), 0) as recording,  -- as sql/columns/tracks.sql
       al.image_url is not null as has_cover,
       (select h.hidden_id from insights.hidden h
         where h.listener_id = %(listener_id)s and h.track_key = t.track_key) as hidden_id,
       exists (select from insights.hidden h
                where h.listener_id = %(listener_id)s and h.artist_key in (t.artist_key, a.artist_key)) as artist_is_hidden
from star.track_dim t
left join insights.alias same
       on same.listener_id = %(listener_id)s and same.kind = 'artist' and same.from_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same.to_key, t.artist_key)
left join star.album_dim al using (album_key)
where t.track_key = %(key)s
