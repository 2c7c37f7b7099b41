-- The API tells no milliseconds: at most the track's length, at most the time since the listener's previous END, but
-- at least 30 s, below which Spotify shows no play. An unknown length counts as those 30 s.
-- For every estimated row in one of the stretches of time in which a row came, went or moved, and for its successor. The
-- keys stand beside the join: while an import goes on, the planner takes all it brought for estimated, and would read the
-- whole fact for each piece.
with estimate as materialized (
    select distinct on (f.play_key) f.play_key,
           least(coalesce(f.api_duration_ms, l.duration_ms, 30000),
                 greatest(30000, coalesce(extract(epoch from f.played_at - previous.played_at) * 1000, 2147483647))
           )::int as ms_played
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select min(n.played_at) as played_at from star.streaming_fact n
                         where n.listener_id = %(listener_id)s and n.played_at > s.last_at) following
    cross join lateral (select f.play_key, f.listener_id, f.played_at, f.api_duration_ms, f.legacy_track_key
                          from star.streaming_fact f
                         where f.listener_id = %(listener_id)s and f.is_estimated
                           and f.played_at between s.first_at and coalesce(following.played_at, s.last_at)
                        offset 0) f
    left join raw.legacy_track l using (legacy_track_key)
    cross join lateral (select max(p.played_at) as played_at from star.streaming_fact p
                         where p.listener_id = f.listener_id and p.played_at < f.played_at) previous
)
update star.streaming_fact f set ms_played = e.ms_played
from estimate e
where f.play_key = e.play_key and f.play_key = any(array(select k.play_key from estimate k)) and f.ms_played <> e.ms_played
