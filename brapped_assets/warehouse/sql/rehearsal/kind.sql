select case when c.relkind in ('r', 'p') then 'table' else 'view' end as kind
from pg_class c where c.oid = to_regclass(%(name)s) and c.relkind in ('r', 'p', 'v')
union all
select 'function' from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname || '.' || p.proname = %(name)s
limit 1
