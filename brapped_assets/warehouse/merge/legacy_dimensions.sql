-- name: describe_artists
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

-- name: albums
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

-- name: describe_tracks
-- Fills what nobody else has said. Of several rows that name albums the greatest name counts.
with told as (
    select distinct on (t.track_key) t.track_key, al.album_key,
           bool_or(l.explicit) over (partition by t.track_key) as explicit
    from unnest(%(track_ids)s::text[], %(albums)s::text[], %(short)s::boolean[], %(explicit)s::boolean[])
         as l (track_id, album, is_short, explicit)
    join star.track_dim t on t.track_ref = l.track_id
    join star.artist_dim a using (artist_key)
    left join star.album_dim al
      on al.album_ref = 'name:' || left(a.artist_name, 200) || chr(31)
                                || left(case when l.is_short then t.track_name else l.album end, 200)
    order by t.track_key, al.album_ref collate "C" desc nulls last
)
update star.track_dim t
   set album_key = case when t.payload_key is null then coalesce(t.album_key, told.album_key) else t.album_key end,
       explicit = coalesce(t.explicit, told.explicit)
  from told
 where t.track_key = told.track_key
   and ((t.album_key is null and t.payload_key is null and told.album_key is not null)
        or (t.explicit is null and told.explicit is not null))

-- name: featured_artists
insert into star.artist_dim (artist_name)
select distinct credit.name
from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
join star.track_dim t on t.track_ref = l.track_id
cross join unnest(string_to_array(l.featured, ', ')) as credit (name)
where t.payload_key is null and not star.is_nobody(null, credit.name)
  and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
  and not exists (select from star.artist_dim known where known.artist_name = credit.name)
order by 1
on conflict do nothing

-- name: credits
-- The credits of tracks that have none yet: the main artist, then the featured ones. The track's payload replaces them.
with told as (
    select t.track_key, t.artist_key, max(l.featured collate "C") as featured
    from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
    join star.track_dim t on t.track_ref = l.track_id
    where l.featured is not null and t.payload_key is null
      and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
    group by t.track_key, t.artist_key
),
credit as (
    select told.track_key, artist.artist_key, min(featured.position) as place
    from told
    cross join unnest(string_to_array(told.featured, ', ')) with ordinality as featured (name, position)
    cross join lateral (select a.artist_key from star.artist_dim a where a.artist_name = featured.name and not a.is_nobody
                        order by a.artist_id is null, a.artist_key limit 1) artist
    where artist.artist_key <> told.artist_key
    group by told.track_key, artist.artist_key
)
insert into star.track_artist (track_key, position, artist_key)
select told.track_key, 0, told.artist_key from told
union all
select c.track_key, row_number() over (partition by c.track_key order by c.place)::smallint, c.artist_key from credit c
on conflict (track_key, position) do nothing
