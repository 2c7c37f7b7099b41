-- name: found
-- Names that hold a text, as search compares them, with how well: 0 the whole name, 1 its beginning, 2 the beginning of a word, 3 any
-- place. Of which kind: 0 an artist, 1 a track, 2 a release, whose key is its release group. Numbers alone, in one value: two
-- letters are in thousands of names, and few of them are shown.
with asked as materialized (
    select btrim(star.searchable({text})) as words
), pattern as materialized (
    select words, '%' || escaped || '%' as anywhere, escaped || '%' as at_start,
           -- Only of the names that hold the text: a pattern of this kind takes five times as long as one of LIKE.
           '[[ ({{/."-]' || regexp_replace(words, '[][(){{}}.*+?^$|\\]', '\\\&', 'g') as at_word
    from asked
    cross join lateral (select replace(replace(replace(words, '\', '\\'), '%', '\%'), '_', '\_') as escaped) e
    where words <> ''
), named as (
    select 0 as kind, a.artist_key::bigint as key, a.artist_key as older, a.search_name
    from star.artist_dim a
    where a.search_name like (select anywhere from pattern) and not a.is_nobody
      -- Some names of artists came from an export, and nobody is credited by them any more.
      and ((select t.track_key from star.track_dim t where t.artist_key = a.artist_key limit 1) is not null
           or (select c.track_key from star.track_artist c where c.artist_key = a.artist_key limit 1) is not null)
    union all
    select 1, track_key, track_key, search_name from star.track_dim where search_name like (select anywhere from pattern)
    union all
    select 2, release_group, album_key, search_name from star.album_dim where search_name like (select anywhere from pattern)
)
select string_agg(
    int4send(n.kind) || int8send(n.key) || int4send(n.older)
    || int4send(case when n.search_name = p.words then 0 when n.search_name like p.at_start then 1
                     when n.search_name ~ p.at_word then 2 else 3 end), ''::bytea) as found
from named n cross join pattern p

-- name: days_named
-- Of some days those whose date holds a text: 2025-03-09, Sun 9 Mar 2025, Sunday 9 March 2025.
with asked as materialized (
    select replace(replace(replace(btrim(star.searchable(%(text)s)), '\', '\\'), '%%', '\%%'), '_', '\_') as words
)
select d.day
from unnest(%(days)s::date[]) as d (day)
where lower(to_char(d.day, 'YYYY-MM-DD, Dy FMDD Mon YYYY, FMDay FMDD FMMonth YYYY'))
      like (select '%%' || words || '%%' from asked where words <> '')

-- name: contexts_named
-- Of some contexts those whose name, type or uri holds a text, as search compares names.
with asked as materialized (
    select replace(replace(replace(btrim(star.searchable(%(text)s)), '\', '\\'), '%%', '\%%'), '_', '\_') as words
), context as (
    select c.context_uri, substring(c.context_uri from '[^:]*$') as id, min(c.context_type) as context_type
    from raw.context c
    where c.context_uri = any(%(uris)s::text[])
    group by c.context_uri
)
select c.context_uri
from context c
left join star.album_dim al on c.context_type = 'album' and al.album_id = c.id
left join star.artist_dim ar on c.context_type = 'artist' and ar.artist_id = c.id
where concat_ws(' ', al.search_name, star.searchable(al.artist_name), ar.search_name, c.context_type,
                star.searchable(c.context_uri), case when c.context_type = 'collection' then 'liked songs' end)
      like (select '%%' || words || '%%' from asked where words <> '')

-- name: named
-- The keys of some things whose name holds a text, as search compares names: 8 bytes each, in one value, for one letter is in
-- most names there are.
with asked as materialized (
    select replace(replace(replace(btrim(star.searchable({text})), '\', '\\'), '%', '\%'), '_', '\_') as words
)
select string_agg(int8send(n.{key}::bigint), ''::bytea) as keys
from {table} n
where {which} and n.search_name like (select '%' || words || '%' from asked where words <> '')
