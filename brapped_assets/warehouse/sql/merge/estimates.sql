-- The API tells no milliseconds: at most the track's length, at most the time since the listener's previous END, but
-- at least 30 s, below which Spotify shows no play. An unknown length counts as those 30 s. A new row changes its
-- successor's time since the previous END, so successors are estimated again.
with changed as (
    select distinct unnest(%(instants)s::timestamptz[]) as played_at
),
affected as (
    select played_at from changed
    union
    select (select min(f.played_at) from star.streaming_fact f
             where f.listener_id = %(listener_id)s and f.played_at > c.played_at) from changed c
),
estimate as (
    select f.play_key,
           least(coalesce(f.api_duration_ms, 30000),
                 greatest(30000, coalesce(extract(epoch from f.played_at - previous.played_at) * 1000, 2147483647))
           )::int as ms_played
    from star.streaming_fact f
    cross join lateral (select max(p.played_at) as played_at from star.streaming_fact p
                         where p.listener_id = f.listener_id and p.played_at < f.played_at) previous
    where f.listener_id = %(listener_id)s and f.is_estimated
      and f.played_at in (select played_at from affected)
)
update star.streaming_fact f set ms_played = e.ms_played
from estimate e where f.play_key = e.play_key and f.ms_played <> e.ms_played
