-- name: kind
select case when c.relkind in ('r', 'p') then 'table' else 'view' end as kind
from pg_class c where c.oid = to_regclass(%(name)s) and c.relkind in ('r', 'p', 'v')
union all
select 'function' from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname || '.' || p.proname = %(name)s
limit 1

-- name: definitions
-- A function's as it is created, whatever their arguments; a view's as one that is gone with the transaction.
select pg_get_functiondef(p.oid) as definition
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname || '.' || p.proname = %(name)s and p.prokind = 'f'
union all
select 'create or replace temporary view ' || %(name)s || ' as ' || pg_get_viewdef(c.oid)
from pg_class c where c.oid = to_regclass(%(name)s) and c.relkind = 'v'

-- name: columns
select a.attname as name, a.attgenerated <> '' as is_generated, a.attidentity <> '' as is_identity
from pg_attribute a
where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum

-- name: indexes
select pg_get_indexdef(i.indexrelid) as definition from pg_index i where i.indrelid = %(table)s::regclass and i.indisvalid

-- name: triggers
-- Those that say what a row is. What others note after a statement nobody reads in a rehearsal.
select pg_get_triggerdef(t.oid) as definition
from pg_trigger t
where t.tgrelid = %(table)s::regclass and not t.tgisinternal and t.tgtype & 3 = 3

-- name: months
select date_trunc('month', played_at_local)::date as month, count(*)::int as plays
from star.streaming_fact where listener_id = %(listener_id)s
group by 1
