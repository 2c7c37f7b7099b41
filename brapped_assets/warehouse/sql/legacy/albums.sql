-- Provisional albums, known by artist and title as star.album_ref knows those of local files, until the track's payload
-- names the real one. A short release has no album's name in the old tables: a single, called like the track.
insert into star.album_dim (album_ref, album_name, artist_name, album_type, image_url)
select 'name:' || left(told.artist_name, 200) || chr(31) || left(told.album, 200), max(told.album collate "C"),
       max(told.artist_name collate "C"), max(told.album_type), max(told.image_url collate "C")
from (select a.artist_name, case when l.is_short then t.track_name else l.album end as album,
             case when l.is_short then 'single' end as album_type, l.image_url
        from unnest(%(track_ids)s::text[], %(albums)s::text[], %(short)s::boolean[], %(image_urls)s::text[])
             as l (track_id, album, is_short, image_url)
        join star.track_dim t on t.track_ref = l.track_id
        join star.artist_dim a using (artist_key)
       where t.album_key is null and t.payload_key is null and (l.is_short or l.album is not null)) told
group by 1
order by 1
on conflict (album_ref) do update set image_url = excluded.image_url
   where album_dim.image_url is null and excluded.image_url is not null
