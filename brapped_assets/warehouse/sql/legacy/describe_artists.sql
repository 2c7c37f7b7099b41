-- Fills what nobody else has said; the API's next answer wins over it. Of several rows the greatest word of each column.
insert into star.artist_dim (artist_id, artist_name, genres, image_url)
select told.artist_id, coalesce(max(told.name collate "C"), 'Unknown artist'), max(told.genres collate "C"),
       max(told.image_url collate "C")
from unnest(%(artist_ids)s::text[], %(names)s::text[], %(genres)s::text[], %(image_urls)s::text[])
     as told (artist_id, name, genres, image_url)
where star.somebodys_id(told.artist_id, told.name) is not null
group by told.artist_id
order by told.artist_id
on conflict (artist_id) do update
   set artist_name = case when artist_dim.artist_name = 'Unknown artist' then excluded.artist_name
                          else artist_dim.artist_name end,
       genres = coalesce(artist_dim.genres, excluded.genres),
       image_url = coalesce(artist_dim.image_url, excluded.image_url)
   where (artist_dim.genres is null and excluded.genres is not null)
      or (artist_dim.image_url is null and excluded.image_url is not null)
      or (artist_dim.artist_name = 'Unknown artist' and excluded.artist_name <> 'Unknown artist')
