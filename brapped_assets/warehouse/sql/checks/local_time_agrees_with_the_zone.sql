select f.play_key, f.played_at, f.played_at_local, l.time_zone
from star.streaming_fact f join audit.listener l using (listener_id)
where f.played_at >= %(since)s and f.played_at_local <> f.played_at at time zone l.time_zone
order by f.played_at
