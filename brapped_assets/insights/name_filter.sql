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
