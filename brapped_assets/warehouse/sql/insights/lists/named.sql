-- The keys of some things whose name holds a text, as search compares names: 8 bytes each, in one value, for one letter is in
-- most names there are.
with asked as materialized (
    select replace(replace(replace(btrim(star.searchable({text})), '\', '\\'), '%', '\%'), '_', '\_') as words
)
select string_agg(int8send(n.{key}::bigint), ''::bytea) as keys
from {table} n
where {which} and n.search_name like (select '%' || words || '%' from asked where words <> '')
