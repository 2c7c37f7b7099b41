-- name: catalogue
-- Everything that makes a database of Brapped's what it is, but for rows and the numbers of things.
with ours as (
    select oid, nspname from pg_namespace where nspname in ('raw', 'star', 'audit', 'insights', 'bi')
),
relation as (
    select c.*, n.nspname || '.' || c.relname as name from pg_class c join ours n on n.oid = c.relnamespace
)
select 'schema' as kind, nspname as name, null as definition, obj_description(oid, 'pg_namespace') as words from ours
union all
select 'relation', name,
       concat_ws(' ', relkind, relpersistence, reloptions, relreplident, relrowsecurity,
                 case when relkind = 'v' then pg_get_viewdef(oid) when relkind = 'i' then pg_get_indexdef(oid) end),
       obj_description(oid, 'pg_class')
from relation
union all
-- In their order, without the places of columns that went.
select 'column', r.name || '.' || a.attname,
       concat_ws(' ', row_number() over (partition by r.oid order by a.attnum), format_type(a.atttypid, a.atttypmod),
                 a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, a.attcompression,
                 nullif(a.attstattarget, -1), c.collname, pg_get_expr(d.adbin, d.adrelid)),
       col_description(r.oid, a.attnum)
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and r.relkind <> 'i'
left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
left join pg_collation c on c.oid = a.attcollation
union all
-- From PostgreSQL 18 on "not null" stands here too, under a name made up by whoever added it.
select 'constraint', r.name || '.' || c.conname,
       concat_ws(' ', pg_get_constraintdef(c.oid), c.convalidated), obj_description(c.oid, 'pg_constraint')
from relation r join pg_constraint c on c.conrelid = r.oid and c.contype <> 'n'
union all
select 'trigger', r.name || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled), obj_description(t.oid, 'pg_trigger')
from relation r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
union all
select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')
from pg_proc p join ours n on n.oid = p.pronamespace
union all
select 'statistics', s.stxname, pg_get_statisticsobjdef(s.oid), obj_description(s.oid, 'pg_statistic_ext')
from pg_statistic_ext s join ours n on n.oid = s.stxnamespace
union all
select 'sequence', s.schemaname || '.' || s.sequencename, concat_ws(' ', s.data_type, s.start_value, s.increment_by, s.cycle), null
from pg_sequences s join ours n on n.nspname = s.schemaname
union all
select 'type', n.nspname || '.' || t.typname, t.typtype::text, obj_description(t.oid, 'pg_type')
from pg_type t join ours n on n.oid = t.typnamespace
order by kind, name
