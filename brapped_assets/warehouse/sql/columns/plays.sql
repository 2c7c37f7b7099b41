-- The plays of a listener as insights/columns takes them, a few numbers in one: COPY has four bytes of its own for each field.
-- Of some local days, where they are named.
copy (
    select f.played_at,
           (f.track_key::bigint << 32) | f.ms_played as track_and_ms,
           ((f.played_on - date '2000-01-01') << 8) | f.played_hour as day_and_hour,
           (coalesce(f.platform_key, 0)::bigint << 32) | coalesce(f.country_key, 0) as platform_and_country,
           coalesce(f.reason_end_key, 0) as reason_end,
           -- Operators of this kind bind from left to right.
           (coalesce(f.api_context_key, 0)::bigint << 16)
               | f.is_estimated::int | ((f.skipped is true)::int << 1) | ((f.shuffle is true)::int << 2)
               | ((f.offline is true)::int << 3) | ((f.incognito is true)::int << 4)
               | ((f.repeat_of is not null)::int << 5) | (f.in_extended::int << 6) | ((f.api_at is not null)::int << 7)
               | ((f.export_at is not null)::int << 8)
               as context_and_flags
    from star.streaming_fact f
    where f.listener_id = {listener_id} and {which}
    order by f.played_at, f.play_key
) to stdout (format binary)
