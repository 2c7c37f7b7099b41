select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_name, al.album_key, al.album_name, al.release_date,
       al.image_url is not null as has_cover
from star.track_dim t
left join unnest(%(heard)s::int[], %(counts_as)s::int[]) as same (artist_key, to_key) on same.artist_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same.to_key, t.artist_key)
left join star.album_dim al using (album_key)
where t.track_key = any(%(keys)s::int[])
