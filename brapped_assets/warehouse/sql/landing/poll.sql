-- `landed` and `overlapped` are filled by landing/proof.sql, in the same transaction.
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, oldest_at, newest_at, overlapped,
                        clock_skew_ms, keys_missing, keys_new)
values (%(listener_id)s, %(run_id)s, %(polled_at)s, %(items)s, 0, %(rejected)s, %(oldest_at)s, %(newest_at)s, false,
        %(clock_skew_ms)s, %(keys_missing)s, %(keys_new)s)
returning poll_id
