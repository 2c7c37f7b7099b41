select extract(year from min(played_at) at time zone 'UTC')::int as first,
       extract(year from max(played_at) at time zone 'UTC')::int as last
from star.streaming_fact where listener_id = %(listener_id)s
