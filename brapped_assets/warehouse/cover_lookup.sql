-- name: due
-- One track of each album without a cover of which none was asked about lately: the album's most played, the most played
-- albums first.
with of_album as (
    select t.album_key, sum(w.plays) as plays,
           (array_agg(t.track_key order by w.plays desc, t.track_key))[1] as track_key,
           (array_agg(t.track_id order by w.plays desc, t.track_key))[1] as track_id
    from star.track_dim t
    join star.album_dim al using (album_key)
    join audit.lookup_weight w using (track_key)
    where t.track_id is not null and al.image_url is null
    group by t.album_key
)
select o.track_key, o.track_id
from of_album o
where not exists (select from audit.cover_lookup c join star.track_dim t using (track_key)
                   where t.album_key = o.album_key and c.asked_at > %(asked_before)s)
order by o.plays desc, o.track_key
limit %(limit)s

-- name: lacking
-- Whether any album lacks a cover that a song of it could tell of.
select exists (
    select from star.track_dim t join star.album_dim al using (album_key)
    where t.track_id is not null and al.image_url is null
      and not exists (select from audit.cover_lookup c join star.track_dim other using (track_key)
                       where other.album_key = t.album_key and c.asked_at > %(asked_before)s)
) as is_lacking

-- name: asked
select count(*)::int as asked from audit.cover_lookup where asked_at > %(since)s and asked_at <= %(now)s

-- name: note
insert into audit.cover_lookup (track_key, asked_at) values (%(track_key)s, %(now)s)
on conflict (track_key) do update set asked_at = excluded.asked_at

-- name: save
update star.album_dim set image_url = %(image_url)s
where album_key = (select album_key from star.track_dim where track_key = %(track_key)s) and image_url is null

-- name: image_url
-- Where the picture of an artist, an album, or a track's album is, if it is known.
select picture as image_url from star.artist_picture(%(key)s) as picture where %(kind)s = 'artist' and picture is not null
union all
select image_url from star.album_dim where %(kind)s = 'album' and album_key = %(key)s and image_url is not null
union all
select a.image_url
from star.track_dim t
join star.album_dim a using (album_key)
where %(kind)s = 'track' and t.track_key = %(key)s and a.image_url is not null
