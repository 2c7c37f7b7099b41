update star.streaming_fact set played_at_local = played_at at time zone %(time_zone)s
where listener_id = %(listener_id)s
  and played_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC')
  and played_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'UTC')
  and played_at_local <> played_at at time zone %(time_zone)s
