-- The newest payload says what an album is; an older one read late changes nothing.
with album as (
    select distinct on (album_ref) *
    from (select star.album_ref(p.payload) as album_ref, p.payload -> 'album' as served, p.payload_key
            from raw.track_payload p where p.payload_key = any(%(payload_keys)s)) found
    where album_ref is not null
    order by album_ref, payload_key desc
)
insert into star.album_dim (album_ref, album_id, album_name, artist_name, album_type, release_date,
                            release_date_precision, total_tracks, image_url, payload_key)
select album_ref, star.text_of(served -> 'id'), coalesce(star.text_of(served -> 'name'), 'Unknown album'),
       star.text_of(served #> '{artists,0,name}'), star.text_of(served -> 'album_type'),
       star.release_date(served ->> 'release_date'), star.text_of(served -> 'release_date_precision'),
       star.whole_number(served -> 'total_tracks'), star.text_of(served #> '{images,0,url}'), payload_key
from album
order by album_ref
on conflict (album_ref) do update
   set album_name = excluded.album_name,
       artist_name = coalesce(excluded.artist_name, album_dim.artist_name),
       album_type = coalesce(excluded.album_type, album_dim.album_type),
       release_date = coalesce(excluded.release_date, album_dim.release_date),
       release_date_precision = coalesce(excluded.release_date_precision, album_dim.release_date_precision),
       total_tracks = coalesce(excluded.total_tracks, album_dim.total_tracks),
       image_url = coalesce(excluded.image_url, album_dim.image_url),
       payload_key = excluded.payload_key
   where album_dim.payload_key is null or album_dim.payload_key <= excluded.payload_key
