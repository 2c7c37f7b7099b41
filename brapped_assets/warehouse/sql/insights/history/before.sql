-- How many plays of one END come before a key.
select count(*) as plays
from star.streaming_fact
where listener_id = %(listener_id)s and played_at = %(at)s and play_key < %(play_key)s
