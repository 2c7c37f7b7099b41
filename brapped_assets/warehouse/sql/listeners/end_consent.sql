update audit.listener set consent_ended_at = %(now)s
where listener_id = %(listener_id)s and consent_ended_at is null
