-- The plays from a place in time on, oldest first.
select played_at, play_key
from star.streaming_fact
where listener_id = %(listener_id)s and played_at >= %(at)s and (played_at, play_key) >= (%(at)s, %(play_key)s)
order by played_at, play_key
limit %(limit)s
