-- Six months from the login; a consent of unknown date is no offence, `brapped status` says so.
select listener_id, authorized_at, consent_ended_at,
       authorized_at + interval '6 months' as ends_at
from audit.listener
where consent_ended_at is not null or authorized_at + interval '6 months' < %(now)s::timestamptz + interval '14 days'
