-- A minute's calls count until a whole day after its end, not its beginning. Those of a clock that was ahead for a while
-- do not count: they would do so until their day has come.
select coalesce(sum(calls), 0)::int as calls,
       coalesce(sum(calls) filter (where endpoint = %(poll_endpoint)s), 0)::int as polls,
       (select count(*)::int from audit.listener
         where consent_ended_at is null and token_fingerprint is not null) as listeners
from audit.api_call
where minute > %(now)s - interval '24 hours 1 minute' and minute <= %(now)s + interval '1 hour'
