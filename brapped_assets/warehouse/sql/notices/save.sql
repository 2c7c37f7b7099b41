insert into audit.notice (kind, listener_id, opened_at, level, told_level, told_at, closed_at, tries, tried_at)
values (%(kind)s, %(listener_id)s, %(opened_at)s, %(level)s, %(told_level)s, %(told_at)s, %(closed_at)s, %(tries)s,
        %(tried_at)s)
on conflict (kind, listener_id) do update
   set opened_at = excluded.opened_at, level = excluded.level, told_level = excluded.told_level,
       told_at = excluded.told_at, closed_at = excluded.closed_at, tries = excluded.tries, tried_at = excluded.tried_at
