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
