select date_trunc('month', played_at_local)::date as month, count(*)::int as plays
from star.streaming_fact where listener_id = %(listener_id)s
group by 1
