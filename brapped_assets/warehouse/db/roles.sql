-- name: reader
comment on role {name} is {mark};
alter role {name} set default_transaction_read_only = on;
alter role {name} set statement_timeout = '10min';
grant connect on database {database} to {name};
grant usage on schema bi to {name};
grant select on all tables in schema bi to {name};
alter default privileges for role {owner} in schema bi grant select on tables to {name};

-- name: writer
comment on role {name} is {mark};
grant connect, temporary on database {database} to {name};
grant usage on schema raw, star, audit, insights, bi to {name};
grant select, insert, update, delete on all tables in schema raw, star, audit, insights to {name};
revoke insert, update, delete on audit.alembic_version from {name};
grant select on all tables in schema bi to {name};
alter default privileges for role {owner} in schema raw, star, audit, insights
    grant select, insert, update, delete on tables to {name};
alter default privileges for role {owner} in schema bi grant select on tables to {name};

-- name: maintain
grant maintain on all tables in schema raw, star, audit, insights to {name};
alter default privileges for role {owner} in schema raw, star, audit, insights grant maintain on tables to {name};

-- name: known
select shobj_description(r.oid, 'pg_authid') as mark from pg_roles r where r.rolname = %(name)s

-- name: where
select current_database() as database, pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = 'bi'

-- name: create
create role {name} login password {password};

-- name: renew
alter role {name} login password {password};
