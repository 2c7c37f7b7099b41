insert into star.artist_dim (artist_id, artist_name, genres, image_url, asked_at, ask_again_at)
values (%(artist_id)s, coalesce(%(artist_name)s, 'Unknown artist'), %(genres)s, %(image_url)s, %(now)s, %(ask_again_at)s)
on conflict (artist_id) do update
   set artist_name = coalesce(%(artist_name)s, artist_dim.artist_name),
       genres = coalesce(excluded.genres, artist_dim.genres),
       image_url = coalesce(excluded.image_url, artist_dim.image_url),
       asked_at = excluded.asked_at, ask_again_at = excluded.ask_again_at, is_unknown = false
