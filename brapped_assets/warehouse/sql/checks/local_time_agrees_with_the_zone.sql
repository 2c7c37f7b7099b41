with lived as materialized (
    select l.listener_id, held.moves, held.zones from audit.listener l cross join lateral audit.zones_of(l.listener_id) held
)
select f.play_key, f.played_at, f.played_at_local, l.zones[1 + width_bucket(f.played_at, l.moves)] as time_zone
from star.streaming_fact f join lived l using (listener_id)
where f.played_at >= %(since)s and f.played_at_local <> star.local_time(f.played_at, l.moves, l.zones)
order by f.played_at
