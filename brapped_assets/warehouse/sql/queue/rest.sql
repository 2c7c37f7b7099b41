insert into audit.lookup_rest (kind, rests_until) values (%(kind)s, %(until)s)
on conflict (kind) do update set rests_until = excluded.rests_until
