-- The API tells no milliseconds: at most the track's length, at most the time since the listener's previous END, but
-- at least 30 s, below which Spotify shows no play. An unknown length counts as those 30 s.
with estimate as (
    select f.play_key,
           least(coalesce(f.api_duration_ms, 30000),
                 greatest(30000, coalesce(extract(epoch from f.played_at - previous.played_at) * 1000, 2147483647))
           )::int as ms_played
    from star.streaming_fact f
    cross join lateral (select max(p.played_at) as played_at from star.streaming_fact p
                         where p.listener_id = f.listener_id and p.played_at < f.played_at) previous
    where f.play_key = any(%(play_keys)s) and f.is_estimated
)
update star.streaming_fact f set ms_played = e.ms_played
from estimate e where f.play_key = e.play_key and f.ms_played <> e.ms_played
