-- name: with_token
-- Whose refresh token there is, in the settings or here; whoever was not asked for the longest time first.
select l.listener_id, l.spotify_user_id, l.display_name, l.time_zone, l.collected_since, l.authorized_at,
       l.consent_ended_at, coalesce(l.token_fingerprint = %(fingerprint)s, false) as is_given
from audit.listener l
left join audit.listener_token t using (listener_id)
where t.listener_id is not null or l.token_fingerprint = %(fingerprint)s
order by (select max(p.polled_at) from audit.poll p where p.listener_id = l.listener_id) nulls first, l.listener_id

-- name: keep_token
insert into audit.listener_token (listener_id, encrypted, stored_at)
values (%(listener_id)s, %(encrypted)s, %(now)s)
on conflict (listener_id) do update set encrypted = excluded.encrypted, stored_at = excluded.stored_at

-- name: drop_token
delete from audit.listener_token where listener_id = %(listener_id)s

-- name: stored_token
select encrypted from audit.listener_token where listener_id = %(listener_id)s

-- name: renew_token
-- Under the newest key; a token that came meanwhile stays.
update audit.listener_token set encrypted = %(encrypted)s
where listener_id = %(listener_id)s and encrypted = %(before)s
