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
