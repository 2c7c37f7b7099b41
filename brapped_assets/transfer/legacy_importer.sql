-- name: size
select count(*) as rows from {table}

-- name: rows
-- As JSON: every row can be read, whatever its columns are and have become. In time order, so that a piece is a stretch.
declare old_rows no scroll cursor for
select to_jsonb(told) as row from {table} told order by to_jsonb(told) ->> 'played_at'

-- name: close
close old_rows

-- name: fetch
fetch 5000 from old_rows

-- name: source
-- Where the old tables are: on the search path first, else in any schema this role may look into.
select n.nspname as schema, c.relname as name, has_table_privilege(c.oid, 'select') as is_readable,
       array_position(current_schemas(false), n.nspname) is not null as is_on_path
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = any(%(tables)s) and c.relkind = any('{r,p,v,m,f}') and n.nspname !~ '^pg_temp'
  and has_schema_privilege(n.oid, 'usage')
order by array_position(current_schemas(false), n.nspname), n.nspname
