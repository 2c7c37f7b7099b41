select a.attname as name, a.attgenerated <> '' as is_generated, a.attidentity <> '' as is_identity
from pg_attribute a
where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
