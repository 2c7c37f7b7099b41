-- In the transaction that merged the piece: what is written here is there, and nothing else is.
update audit.import_file
   set rows_read = %(rows_read)s,
       plays_added = plays_added + %(added)s, plays_matched = plays_matched + %(matched)s,
       plays_told_twice = plays_told_twice + %(told_twice)s, plays_known = plays_known + %(known)s,
       rows_other = %(rows_other)s, rows_odd = %(rows_odd)s,
       first_at = least(first_at, %(first_at)s), last_at = greatest(last_at, %(last_at)s),
       finished_at = case when %(is_last)s then %(now)s::timestamptz end
 where listener_id = %(listener_id)s and content_hash = %(content_hash)s
