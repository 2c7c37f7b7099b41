-- name: limits
-- With what follows it is one message to the server, and so one transaction: these limits end with it.
select set_config('statement_timeout', '20s', true), set_config('timezone', 'UTC', true)

-- name: known
select kind, listener_id, opened_at, level, told_level, told_at, closed_at, tries, tried_at
from audit.notice order by kind, listener_id

-- name: listeners
-- One row per listener: what a notice may be about. Consent ends six months after the login.
select l.listener_id, l.display_name, l.time_zone, l.token_fingerprint is not null as is_polled,
       l.consent_ended_at, l.authorized_at + interval '6 months' as consent_ends_at,
       coalesce(poll.polled_at, l.created_at) as last_polled_at, gap.gap_start, gap.gap_end
from audit.listener l
left join lateral (select p.polled_at from audit.poll p
                    where p.listener_id = l.listener_id
                      -- A poll of a clock that was ahead is no recent poll.
                      and p.polled_at <= now() + interval '1 hour'
                    order by p.polled_at desc limit 1) poll on true
left join lateral (select g.gap_start, g.gap_end from bi.coverage_gaps g
                    where g.listener_id = l.listener_id and g.closed_at is null
                    order by g.gap_end desc limit 1) gap on true
order by l.listener_id

-- name: database
-- A plan's storage is that of all databases of the project, Dagster's too.
-- Whoever is told is the owner, who is the first listener.
select q.not_before, q.reason,
       (select array[coalesce(p.language, ''), coalesce(p.hours, ''), coalesce(p.numbers, '')]
          from (select min(listener_id) as listener_id from audit.listener) owner
          left join insights.preference p on p.listener_id = owner.listener_id) as owners_display,
       (select sum(pg_database_size(d.oid))::bigint from pg_database d
         where d.datallowconn and has_database_privilege(d.oid, 'connect')) as bytes
from audit.api_quota q

-- name: lock
-- Two who look at once must not both tell. Reading goes on.
lock table audit.notice in share row exclusive mode

-- name: save
insert into audit.notice (kind, listener_id, opened_at, level, told_level, told_at, closed_at, tries, tried_at)
values (%(kind)s, %(listener_id)s, %(opened_at)s, %(level)s, %(told_level)s, %(told_at)s, %(closed_at)s, %(tries)s,
        %(tried_at)s)
on conflict (kind, listener_id) do update
   set opened_at = excluded.opened_at, level = excluded.level, told_level = excluded.told_level,
       told_at = excluded.told_at, closed_at = excluded.closed_at, tries = excluded.tries, tried_at = excluded.tried_at

-- name: remove
delete from audit.notice where kind = %(kind)s and listener_id is not distinct from %(listener_id)s

-- name: undelivered
-- Two tries may have met a bad moment.
select count(*)::int as notices from audit.notice where tries > 2
