-- name: stored
-- A plan's storage is that of all databases of the project: this one, Dagster's if it is there, and any other.
select pg_database_size(current_database()) as warehouse,
       (select pg_database_size(d.oid) from pg_database d
         where d.datname = %(dagster)s and has_database_privilege(d.oid, 'connect')) as dagster,
       (select sum(pg_database_size(d.oid))::bigint from pg_database d
         where d.datallowconn and has_database_privilege(d.oid, 'connect')) as project

-- name: awake
-- Each poll and each minute with calls wakes the database, or keeps it awake; it falls asleep when nothing came for a while.
with moment as (
    select polled_at as at from audit.poll where polled_at > %(since)s and polled_at <= %(now)s
    union
    select minute from audit.api_call where minute > %(since)s and minute <= %(now)s
),
followed as (
    select at, extract(epoch from lead(at) over (order by at) - at)::float8 as seconds_to_next from moment
)
select count(*) filter (where seconds_to_next is null or seconds_to_next > %(burst)s)::int as bursts,
       coalesce(sum(least(seconds_to_next, %(burst)s)), 0)::float8 as seconds,
       coalesce(extract(epoch from %(now)s - min(at)), 0)::float8 as seconds_seen
from followed
