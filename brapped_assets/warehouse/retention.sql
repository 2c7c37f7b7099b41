-- name: quiet_polls
-- A quiet poll landed nothing, reached back to what was known, and saw nothing odd: the next one says so of the same time.
-- The last poll of each UTC day stays, and the first of all, from which a gap may still be reckoned.
with quiet as (
    select p.poll_id
    from audit.poll p
    where p.polled_at < %(before)s and p.overlapped and p.landed = 0 and p.rejected = 0
      and p.keys_missing = '{}' and p.keys_new = '{}'
      and exists (select from audit.poll later
                  where later.listener_id = p.listener_id and later.polled_at > p.polled_at
                    and later.polled_at < (date_trunc('day', p.polled_at at time zone 'UTC') + interval '1 day') at time zone 'UTC')
      and exists (select from audit.poll first where first.listener_id = p.listener_id and first.polled_at < p.polled_at)
      and not exists (select from raw.recently_played r where r.poll_id = p.poll_id)
      and not exists (select from audit.gap g where g.poll_id = p.poll_id)
      and not exists (select from audit.rejected_row r where r.poll_id = p.poll_id)
    order by p.polled_at
    limit %(at_most)s
)
delete from audit.poll p using quiet q where p.poll_id = q.poll_id

-- name: changes
with days as (delete from audit.changed_day where changed_at < %(before)s returning 1),
tracks as (delete from audit.changed_track where changed_at < %(before)s returning 1),
artists as (delete from audit.changed_artist where changed_at < %(before)s returning 1),
-- Requests of a year say how much was asked.
calls as (delete from audit.tag_call where minute < %(before)s - interval '1 year' returning 1)
select (select count(*) from days)::int + (select count(*) from tracks)::int + (select count(*) from artists)::int
       + (select count(*) from calls)::int as gone

-- name: rankings
-- Of each ISO week the first ranking that was taken stays.
delete from star.spotify_top t
using (select listener_id, date_trunc('week', taken_on)::date as week, min(taken_on) as first_on
         from star.spotify_top group by 1, 2) kept
where t.taken_on < %(before)s and kept.listener_id = t.listener_id
  and kept.week = date_trunc('week', t.taken_on)::date and t.taken_on > kept.first_on

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

-- name: dagster_runs
-- In Dagster's database, of its release 1.13. Runs of assets picked by hand have a name of Dagster's own for a job.
select case when pipeline_name like '\_\_%' then 'assets' else pipeline_name end as job, lower(status) as status,
       count(*)::int as runs, max(end_time)::float8 as ended_at
from runs
group by 1, 2
order by 1, 2
limit 200
