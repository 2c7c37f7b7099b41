-- Spotify shows a play after some 30 s of it, so the same track cannot end twice within them. (Other tracks can: a
-- second device, or the 2 to 3 s tails that are sometimes served.)
select listener_id, api_at, previous_at, track_key
from (select f.listener_id, f.api_at, f.track_key,
             lag(f.api_at) over (partition by f.listener_id, f.api_track_key order by f.api_at) as previous_at
        from star.streaming_fact f where f.api_at >= %(since)s) plays
where api_at - previous_at < interval '30 seconds'
order by api_at
