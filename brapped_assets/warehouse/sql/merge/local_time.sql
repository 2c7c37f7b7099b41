update star.streaming_fact set played_at_local = star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])
where listener_id = %(listener_id)s
  and played_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC')
  and played_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'UTC')
  and played_at_local <> star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])
