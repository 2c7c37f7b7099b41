-- What stays behind of the listener: wholly removed, a tombstone (but for one without a Spotify account, whom nothing
-- can bring back by itself); else the instant, in their own row.
with buried as (
    insert into audit.tombstone (hash, salt, forgotten_before)
    select sha256(s.salt || convert_to(l.spotify_user_id, 'UTF8')), s.salt, %(now)s
    from audit.listener l, (select uuid_send(gen_random_uuid()) as salt) s
    where l.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
      and (l.spotify_user_id <> %(unnamed)s or l.token_fingerprint is not null)
),
removed as (
    delete from audit.listener where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
)
update audit.listener
   set forgotten_before = greatest(forgotten_before, %(before)s),
       collected_since = greatest(collected_since, case when collected_since is not null then %(before)s::timestamptz end)
where listener_id = %(listener_id)s and %(before)s <> 'infinity'::timestamptz
