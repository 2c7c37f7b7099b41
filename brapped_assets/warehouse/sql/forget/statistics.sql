-- The planner's samples hold names; ANALYZE leaves those of a table that became empty as they were.
select pg_clear_attribute_stats(n.nspname, c.relname, a.attname, false)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and n.nspname || '.' || c.relname = any(%(tables)s)
