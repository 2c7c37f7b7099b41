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
