select a.artist_key, a.artist_id, a.artist_name, a.image_url is not null as has_cover
from star.artist_dim a
where a.artist_key = any(%(keys)s::int[])
