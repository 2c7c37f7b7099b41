select a.artist_key as key, a.artist_id as spotify_id, a.artist_name as name, a.genres,
       a.image_url is not null as has_cover, a.is_nobody,
       (select h.hidden_id from insights.hidden h
         where h.listener_id = %(listener_id)s and h.artist_key = a.artist_key) as hidden_id
from star.artist_dim a
where a.artist_key = %(key)s
