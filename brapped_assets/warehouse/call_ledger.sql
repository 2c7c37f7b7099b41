-- name: lock
-- Whoever is about to call Spotify waits here for whoever else is: the count below is then everybody's.
select not_before, reason from audit.api_quota for update

-- name: quota
select not_before, reason from audit.api_quota

-- name: spent
-- A minute's calls count until a whole day after its end, not its beginning. Those of a clock that was ahead for a while
-- do not count: they would do so until their day has come.
select coalesce(sum(calls), 0)::int as calls,
       coalesce(sum(calls) filter (where endpoint = %(poll_endpoint)s), 0)::int as polls,
       (select count(*)::int from audit.listener
         where consent_ended_at is null and token_fingerprint is not null) as listeners
from audit.api_call
where minute > %(now)s - interval '24 hours 1 minute' and minute <= %(now)s + interval '1 hour'

-- name: count
insert into audit.api_call (minute, endpoint, calls)
values (date_trunc('minute', %(now)s::timestamptz, 'UTC'), %(endpoint)s, 1)
on conflict (minute, endpoint) do update set calls = api_call.calls + 1

-- name: postpone
-- A later "not before" stays: two answers at once must not shorten each other. One that a clock noted which was ahead is
-- none, and must not keep out a real one.
update audit.api_quota set not_before = %(until)s, reason = %(reason)s
where not_before is null or not_before < %(until)s or not_before > %(latest)s

-- name: forget
delete from audit.api_call where minute < %(before)s
