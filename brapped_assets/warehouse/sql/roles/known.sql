select shobj_description(r.oid, 'pg_authid') as mark from pg_roles r where r.rolname = %(name)s
