-- name: context_names
-- Contexts by uri, with the album or the artist that they are, where it is known. Spotify tells no name of a playlist.
with asked as (
    select c.context_uri, substring(c.context_uri from '[^:]*$') as id, min(c.context_type) as context_type
    from raw.context c
    where c.context_uri = any(%(uris)s::text[])
    group by c.context_uri
)
select a.context_uri, a.context_type, al.album_key, ar.artist_key, a.id as spotify_id,
       case a.context_type when 'album' then al.album_name when 'artist' then ar.artist_name
                           when 'collection' then 'Liked songs' end as context_name,
       al.artist_name, coalesce(al.image_url, ar.image_url) is not null as has_cover
from asked a
left join star.album_dim al on a.context_type = 'album' and al.album_id = a.id
left join star.artist_dim ar on a.context_type = 'artist' and ar.artist_id = a.id

-- name: matching
-- Names of artists, titles and releases that hold a text, as search compares them: their keys, four bytes each, of each kind in one.
with asked as materialized (
    select '%%' || replace(replace(replace(words, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%' as anywhere
    from (select btrim(star.searchable(%(text)s)) as words) w
    where words <> ''
)
select (select string_agg(int4send(artist_key), '') from star.artist_dim
         where search_name like (select anywhere from asked)) as artists,
       (select string_agg(int4send(track_key), '') from star.track_dim
         where search_name like (select anywhere from asked)) as tracks,
       (select string_agg(int4send(album_key), '') from star.album_dim
         where search_name like (select anywhere from asked)) as releases

-- name: spotify_top
-- Spotify's own ranking, the newest of each list.
select s.kind, s.time_range, s.rank::int as rank, s.taken_on, s.artist_key, a.artist_id, s.track_key, t.track_id,
       coalesce(a.artist_name, ta.artist_name) as artist_name, t.track_name
from star.spotify_top s
join (select kind, time_range, max(taken_on) as taken_on from star.spotify_top
       where listener_id = %(listener_id)s group by kind, time_range) newest using (kind, time_range, taken_on)
left join star.artist_dim a on a.artist_key = s.artist_key
left join star.track_dim t on t.track_key = s.track_key
left join star.artist_dim ta on ta.artist_key = t.artist_key
where s.listener_id = %(listener_id)s and s.rank <= %(limit)s
order by s.kind, s.time_range, s.rank
