-- A plan's storage is that of all databases of the project, Dagster's too.
select q.not_before, q.reason,
       (select sum(pg_database_size(d.oid))::bigint from pg_database d
         where d.datallowconn and has_database_privilege(d.oid, 'connect')) as bytes
from audit.api_quota q
