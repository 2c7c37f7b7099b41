-- name: all
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at
from audit.listener order by listener_id

-- name: logged_in
select count(*)::int as people from audit.listener where token_fingerprint is not null

-- name: by_token
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at
from audit.listener where token_fingerprint = %(fingerprint)s

-- name: welcome
-- Known by id, or the placeholder, or (when Spotify told no id) the only one there is; else somebody new.
with known as (
    select l.listener_id from audit.listener l
    where l.spotify_user_id = %(spotify_user_id)s
       or l.spotify_user_id = %(unnamed)s
       or (%(spotify_user_id)s::text is null and (select count(*) from audit.listener) = 1)
    order by l.spotify_user_id = %(spotify_user_id)s desc nulls last
    limit 1
),
updated as (
    update audit.listener l
       set spotify_user_id = coalesce(%(spotify_user_id)s, l.spotify_user_id),
           account_id = coalesce(%(account_id)s, l.account_id),
           display_name = coalesce(%(display_name)s, l.display_name),
           authorized_at = %(authorized_at)s,
           token_fingerprint = %(fingerprint)s,
           consent_ended_at = null,
           forgotten_before = greatest(l.forgotten_before, audit.forgotten_before(%(spotify_user_id)s))
      from known where l.listener_id = known.listener_id
    returning l.*
),
created as (
    insert into audit.listener (spotify_user_id, account_id, display_name, time_zone, authorized_at,
                                token_fingerprint, created_at, forgotten_before)
    select coalesce(%(spotify_user_id)s, %(unnamed)s), %(account_id)s, coalesce(%(display_name)s, 'Listener'),
           %(time_zone)s, %(authorized_at)s, %(fingerprint)s, %(now)s,
           audit.forgotten_before(coalesce(%(spotify_user_id)s, %(unnamed)s))
    where not exists (select from known)
    on conflict (spotify_user_id) do update set token_fingerprint = excluded.token_fingerprint
    returning *
)
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at from updated
union all
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at from created

-- name: alone
-- Somebody with exports and without a login; whoever logs in first is them.
insert into audit.listener (spotify_user_id, display_name, time_zone, created_at, forgotten_before)
values (%(unnamed)s, %(name)s, %(time_zone)s, %(now)s, audit.forgotten_before(%(unnamed)s))
on conflict (spotify_user_id) do update set time_zone = listener.time_zone
returning listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at

-- name: without_login
-- Somebody beside others whose exports come by themselves; known again by the name they were given.
insert into audit.listener (spotify_user_id, display_name, time_zone, created_at, forgotten_before)
values (%(id)s, %(name)s, %(time_zone)s, %(now)s, audit.forgotten_before(%(id)s))
on conflict (spotify_user_id) do update set time_zone = listener.time_zone
returning listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at

-- name: returning
-- Whose export of ours it is: known by id, or the placeholder; one who had no id either, or the only one there is; else
-- somebody who comes back, as they were.
with known as (
    select l.listener_id from audit.listener l
    where l.spotify_user_id = %(spotify_user_id)s
       or l.spotify_user_id = %(unnamed)s
       or (%(spotify_user_id)s = %(unnamed)s and (select count(*) from audit.listener) = 1)
    order by l.spotify_user_id = %(spotify_user_id)s desc
    limit 1
),
updated as (
    update audit.listener l
       set spotify_user_id = case when l.spotify_user_id = %(unnamed)s then %(spotify_user_id)s else l.spotify_user_id end,
           display_name = case when l.spotify_user_id = %(unnamed)s then %(display_name)s else l.display_name end,
           account_id = coalesce(l.account_id, %(account_id)s),
           forgotten_before = greatest(l.forgotten_before, audit.forgotten_before(%(spotify_user_id)s))
      from known where l.listener_id = known.listener_id
    returning l.*
),
created as (
    insert into audit.listener (spotify_user_id, account_id, display_name, time_zone, created_at, forgotten_before)
    select %(spotify_user_id)s, %(account_id)s, %(display_name)s, %(time_zone)s, %(now)s,
           greatest(%(forgotten_before)s::timestamptz, audit.forgotten_before(%(spotify_user_id)s))
    where not exists (select from known)
    on conflict (spotify_user_id) do update set account_id = listener.account_id
    returning *
)
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at from updated
union all
select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at from created

-- name: end_consent
update audit.listener set consent_ended_at = %(now)s
where listener_id = %(listener_id)s and consent_ended_at is null

-- name: keep_rotated
insert into audit.rotated_token (listener_id, encrypted, stored_at)
values (%(listener_id)s, %(encrypted)s, %(now)s)
on conflict (listener_id) do update set encrypted = excluded.encrypted, stored_at = excluded.stored_at

-- name: rotated
select encrypted from audit.rotated_token where listener_id = %(listener_id)s
