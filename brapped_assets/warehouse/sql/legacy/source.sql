-- Where the old tables are: on the search path first, else in any schema this role may look into.
select n.nspname as schema, c.relname as name, has_table_privilege(c.oid, 'select') as is_readable,
       array_position(current_schemas(false), n.nspname) is not null as is_on_path
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = any(%(tables)s) and c.relkind = any('{r,p,v,m,f}') and n.nspname !~ '^pg_temp'
  and has_schema_privilege(n.oid, 'usage')
order by array_position(current_schemas(false), n.nspname), n.nspname
