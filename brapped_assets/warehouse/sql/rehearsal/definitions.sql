-- A function's as it is created, whatever their arguments; a view's as one that is gone with the transaction.
select pg_get_functiondef(p.oid) as definition
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname || '.' || p.proname = %(name)s and p.prokind = 'f'
union all
select 'create or replace temporary view ' || %(name)s || ' as ' || pg_get_viewdef(c.oid)
from pg_class c where c.oid = to_regclass(%(name)s) and c.relkind = 'v'
