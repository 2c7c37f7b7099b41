-- In the transaction that merged the piece: what is written here is there, and nothing else is. A file vouches for no time
-- that the listener forgot.
update audit.import_file i
   set rows_read = %(rows_read)s,
       plays_added = i.plays_added + %(added)s, plays_matched = i.plays_matched + %(matched)s,
       plays_told_twice = i.plays_told_twice + %(told_twice)s, plays_known = i.plays_known + %(known)s,
       plays_forgotten = i.plays_forgotten + %(forgotten)s,
       plays_told = coalesce(%(plays_told)s, i.plays_told),
       rows_other = %(rows_other)s, rows_odd = %(rows_odd)s,
       first_at = case when span.last_at >= coalesce(l.forgotten_before, '-infinity')
                       then greatest(span.first_at, l.forgotten_before) end,
       last_at = case when span.last_at >= coalesce(l.forgotten_before, '-infinity') then span.last_at end,
       finished_at = case when %(is_last)s then %(now)s::timestamptz end
  from audit.listener l, audit.import_file before,
       lateral (select least(before.first_at, %(first_at)s) as first_at,
                       greatest(before.last_at, %(last_at)s) as last_at) span
 where i.listener_id = %(listener_id)s and i.content_hash = %(content_hash)s
   and l.listener_id = i.listener_id and before.file_id = i.file_id
