-- One row per listener: what `brapped status` says of them. Consent ends six months after the login.
select l.display_name, l.time_zone, l.collected_since, l.consent_ended_at,
       l.authorized_at + interval '6 months' as consent_ends_at,
       poll.last_polled_at, poll.polls, fact.plays, gap.gaps_open, gap.seconds_in_gaps, rejected.rejected
from audit.listener l
cross join lateral (select max(p.polled_at) as last_polled_at, count(*)::int as polls
                      from audit.poll p
                     where p.listener_id = l.listener_id
                       -- A poll of a clock that was ahead is no recent poll.
                       and p.polled_at <= %(now)s::timestamptz + interval '1 hour') poll
cross join lateral (select count(*)::int as plays
                      from star.streaming_fact f where f.listener_id = l.listener_id) fact
cross join lateral (select count(*)::int as gaps_open,
                           coalesce(sum(extract(epoch from g.gap_end - g.gap_start)), 0)::float as seconds_in_gaps
                      from audit.gap g where g.listener_id = l.listener_id and g.closed_at is null) gap
cross join lateral (select count(*)::int as rejected
                      from audit.rejected_row r
                     where r.listener_id = l.listener_id and r.source = 'poll') rejected
order by l.listener_id
