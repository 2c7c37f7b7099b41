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

-- name: begin
-- A page's transaction: it changes nothing, in UTC, without the planner's compiler, and acts as PostgreSQL's own role of
-- whoever may read everything and write nothing, where we may take it (since 16 being a member of it is not enough).
select set_config('transaction_read_only', 'on', true), set_config('timezone', 'UTC', true),
       set_config('statement_timeout', %(timeout)s, true), set_config('jit', 'off', true),
       set_config('role', case when pg_has_role('pg_read_all_data',
                                                case when current_setting('server_version_num')::int >= 160000
                                                     then 'SET' else 'MEMBER' end)
                               then 'pg_read_all_data' else 'none' end, true)
