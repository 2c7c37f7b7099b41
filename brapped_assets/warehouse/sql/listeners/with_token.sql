-- Whose refresh token there is, in the settings or here; whoever was not asked for the longest time first.
select l.listener_id, l.spotify_user_id, l.display_name, l.time_zone, l.collected_since, l.authorized_at,
       l.consent_ended_at, coalesce(l.token_fingerprint = %(fingerprint)s, false) as is_given
from audit.listener l
left join audit.listener_token t using (listener_id)
where t.listener_id is not null or l.token_fingerprint = %(fingerprint)s
order by (select max(p.polled_at) from audit.poll p where p.listener_id = l.listener_id) nulls first, l.listener_id
