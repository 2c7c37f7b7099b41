select count(*)::int as plays from star.streaming_fact where listener_id = %(listener_id)s and repeat_of is not null
