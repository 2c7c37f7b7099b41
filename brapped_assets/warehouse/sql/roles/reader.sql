comment on role {name} is {mark};
alter role {name} set default_transaction_read_only = on;
alter role {name} set statement_timeout = '10min';
grant connect on database {database} to {name};
grant usage on schema bi to {name};
grant select on all tables in schema bi to {name};
alter default privileges for role {owner} in schema bi grant select on tables to {name};
