-- A plan's storage is that of all databases of the project: this one, Dagster's if it is there, and any other.
select pg_database_size(current_database()) as warehouse,
       (select pg_database_size(d.oid) from pg_database d
         where d.datname = %(dagster)s and has_database_privilege(d.oid, 'connect')) as dagster,
       (select sum(pg_database_size(d.oid))::bigint from pg_database d
         where d.datallowconn and has_database_privilege(d.oid, 'connect')) as project
