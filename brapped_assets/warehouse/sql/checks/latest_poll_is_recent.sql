select l.listener_id, l.display_name, max(p.polled_at) as last_polled_at
from audit.listener l left join audit.poll p using (listener_id)
where l.token_fingerprint is not null and l.consent_ended_at is null
group by l.listener_id
having max(p.polled_at) is null or max(p.polled_at) < %(now)s::timestamptz - interval '3 hours'
