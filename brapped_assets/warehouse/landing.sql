-- name: poll
-- `landed` and `overlapped` are filled by `proof` (gap_proof.sql), in the same transaction.
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, oldest_at, newest_at, overlapped,
                        clock_skew_ms, keys_missing, keys_new)
values (%(listener_id)s, %(run_id)s, %(polled_at)s, %(items)s, 0, %(rejected)s, %(oldest_at)s, %(newest_at)s, false,
        %(clock_skew_ms)s, %(keys_missing)s, %(keys_new)s)
returning poll_id

-- name: has_landed
-- What was forgotten since had landed, too.
select exists (select from raw.recently_played where listener_id = %(listener_id)s)
    or exists (select from audit.rejected_row where listener_id = %(listener_id)s and source = 'poll')
    or exists (select from audit.listener l where l.listener_id = %(listener_id)s
                and l.collected_since is not null and l.forgotten_before is not null) as has_landed
