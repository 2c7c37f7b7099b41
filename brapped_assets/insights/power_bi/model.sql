-- name: bi_columns
select c.relname as view, obj_description(c.oid) as view_words, a.attname as column,
       format_type(a.atttypid, null) as type, col_description(c.oid, a.attnum) as words
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'bi'::regnamespace and c.relkind = 'v'
order by c.relname, a.attnum
