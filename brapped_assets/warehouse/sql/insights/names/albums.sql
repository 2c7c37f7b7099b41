-- Of each album the release that stands for it: the oldest with a cover, else the oldest.
select al.release_group, al.album_key, al.album_id, al.album_name, al.artist_name, al.image_url is not null as has_cover
from unnest(%(keys)s::bigint[]) as asked (release_group)
cross join lateral star.shown_release(asked.release_group) al
