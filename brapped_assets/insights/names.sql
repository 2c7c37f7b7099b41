-- name: artists
select a.artist_key, a.artist_id, a.artist_name, star.artist_picture(a.artist_key) is not null as has_cover
from star.artist_dim a
where a.artist_key = any(%(keys)s::int[])

-- name: tracks
select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, al.album_key, al.album_name, al.release_date,
       al.image_url is not null as has_cover
from star.track_dim t
left join unnest(%(heard)s::int[], %(counts_as)s::int[]) as same (artist_key, to_key) on same.artist_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same.to_key, t.artist_key)
left join star.album_dim al using (album_key)
where t.track_key = any(%(keys)s::int[])

-- name: albums
-- Of each album the release that stands for it: the oldest with a cover, else the oldest. One by nobody is by whoever is the
-- artist of its first track.
select al.release_group, al.album_key, al.album_id, al.album_name,
       coalesce(al.artist_name, (select a.artist_name from star.track_dim t join star.artist_dim a using (artist_key)
                                  where t.album_key = al.album_key order by t.track_key limit 1)) as artist_name,
       al.image_url is not null as has_cover
from unnest(%(keys)s::bigint[]) as asked (release_group)
cross join lateral star.shown_release(asked.release_group) al

-- name: context_types
select c.context_key, c.context_type from raw.context c
where c.context_key = any(%(keys)s::int[]) and c.context_type in ('album', 'playlist', 'artist', 'collection')

-- name: contexts
select c.context_key, c.context_uri from raw.context c where c.context_key = any(%(keys)s::int[])
