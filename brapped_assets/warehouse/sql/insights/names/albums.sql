-- Of each album the release that stands for it: the oldest with a cover, else the oldest. One by nobody is by whoever is the
-- artist of its first track.
select al.release_group, al.album_key, al.album_id, al.album_name,
       coalesce(al.artist_name, (select a.artist_name from star.track_dim t join star.artist_dim a using (artist_key)
                                  where t.album_key = al.album_key order by t.track_key limit 1)) as artist_name,
       al.image_url is not null as has_cover
from unnest(%(keys)s::bigint[]) as asked (release_group)
cross join lateral star.shown_release(asked.release_group) al
