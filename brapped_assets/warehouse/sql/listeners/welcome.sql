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
