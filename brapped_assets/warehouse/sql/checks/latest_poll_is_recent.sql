select l.listener_id, max(p.polled_at) as last_polled_at
from audit.listener l
-- A poll of a clock that was ahead is no recent poll.
left join audit.poll p on p.listener_id = l.listener_id and p.polled_at <= %(now)s::timestamptz + interval '1 hour'
where l.token_fingerprint is not null and l.consent_ended_at is null
group by l.listener_id
having max(p.polled_at) is null or max(p.polled_at) < %(now)s::timestamptz - interval '3 hours'
