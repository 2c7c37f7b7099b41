select played_at::date as day, count(*)::int as plays from star.streaming_fact where listener_id = %(listener_id)s group by 1
