comment on role {name} is {mark};
grant connect, temporary on database {database} to {name};
grant usage on schema raw, star, audit, insights, bi to {name};
grant select, insert, update, delete on all tables in schema raw, star, audit, insights to {name};
revoke insert, update, delete on audit.alembic_version from {name};
grant select on all tables in schema bi to {name};
alter default privileges for role {owner} in schema raw, star, audit, insights
    grant select, insert, update, delete on tables to {name};
alter default privileges for role {owner} in schema bi grant select on tables to {name};
