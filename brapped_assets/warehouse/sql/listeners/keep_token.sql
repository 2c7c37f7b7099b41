insert into audit.listener_token (listener_id, encrypted, stored_at)
values (%(listener_id)s, %(encrypted)s, %(now)s)
on conflict (listener_id) do update set encrypted = excluded.encrypted, stored_at = excluded.stored_at
