with album as (
    select distinct on (album_ref) *
    from (select coalesce(p.payload #>> '{album,id}',
                          'name:' || coalesce(p.payload #>> '{artists,0,name}', '') || chr(31)
                                  || (p.payload #>> '{album,name}')) as album_ref,
                 p.payload -> 'album' as served, p.payload_key
            from raw.track_payload p where p.payload_key = any(%(payload_keys)s)) found
    where album_ref is not null
    order by album_ref, payload_key desc
)
insert into star.album_dim (album_ref, album_id, album_name, artist_name, album_type, release_date,
                            release_date_precision, total_tracks, image_url)
select album_ref, served ->> 'id', coalesce(nullif(served ->> 'name', ''), 'Unknown album'),
       served #>> '{artists,0,name}', served ->> 'album_type', star.release_date(served ->> 'release_date'),
       served ->> 'release_date_precision',
       case when served ->> 'total_tracks' ~ '^[0-9]{1,9}$' then (served ->> 'total_tracks')::int end,
       served #>> '{images,0,url}'
from album
order by album_ref
on conflict (album_ref) do update
   set album_name = excluded.album_name,
       artist_name = coalesce(excluded.artist_name, album_dim.artist_name),
       album_type = coalesce(excluded.album_type, album_dim.album_type),
       release_date = coalesce(excluded.release_date, album_dim.release_date),
       release_date_precision = coalesce(excluded.release_date_precision, album_dim.release_date_precision),
       total_tracks = coalesce(excluded.total_tracks, album_dim.total_tracks),
       image_url = coalesce(excluded.image_url, album_dim.image_url)
