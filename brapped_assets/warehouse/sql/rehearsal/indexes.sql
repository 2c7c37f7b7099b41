select pg_get_indexdef(i.indexrelid) as definition from pg_index i where i.indrelid = %(table)s::regclass and i.indisvalid
