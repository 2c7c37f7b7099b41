-- name: make
insert into audit.read_token (listener_id, name, scopes, per_minute, token_hash, created_at)
values (%(listener_id)s, %(name)s, %(scopes)s, %(per_minute)s, %(token_hash)s, %(now)s)

-- name: all
select t.token_id, t.listener_id, l.display_name as listener_name, t.name, t.scopes, t.per_minute, t.token_hash,
       t.created_at, t.last_used_at
from audit.read_token t join audit.listener l using (listener_id)
order by t.token_id

-- name: revoke
delete from audit.read_token where token_id = %(token_id)s

-- name: note_use
update audit.read_token set last_used_at = greatest(last_used_at, %(now)s) where token_id = %(token_id)s

-- name: allow_assistant
-- For a listener there is.
insert into audit.assistant_access (listener_id, reads, allowed_at)
select l.listener_id, %(reads)s, %(now)s from audit.listener l where l.listener_id = %(listener_id)s
on conflict (listener_id) do update set reads = excluded.reads, allowed_at = excluded.allowed_at

-- name: refuse_assistant
delete from audit.assistant_access where listener_id = %(listener_id)s

-- name: assistant_reads
select reads from audit.assistant_access where listener_id = %(listener_id)s
