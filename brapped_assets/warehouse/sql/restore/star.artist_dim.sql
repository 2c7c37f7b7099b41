-- Who was asked later knows better; what one of both does not know, the other may.
insert into star.artist_dim ({columns})
select {told}
from jsonb_populate_recordset(null::star.artist_dim, %(records)s::jsonb) told
where star.somebodys_id(told.artist_id, told.artist_name) is not null
order by told.artist_id
on conflict (artist_id) do update
   set artist_name = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.artist_name
                          else artist_dim.artist_name end,
       genres = coalesce(case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.genres end,
                         artist_dim.genres, excluded.genres),
       image_url = coalesce(case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity')
                                 then excluded.image_url end, artist_dim.image_url, excluded.image_url),
       is_unknown = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity') then excluded.is_unknown
                         else artist_dim.is_unknown end,
       ask_again_at = case when excluded.asked_at > coalesce(artist_dim.asked_at, '-infinity')
                           then excluded.ask_again_at else artist_dim.ask_again_at end,
       asked_at = greatest(excluded.asked_at, artist_dim.asked_at)
