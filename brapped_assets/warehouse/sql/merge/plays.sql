-- Every landed play that the fact lacks becomes a row of it, its milliseconds estimated as in estimates.sql (where the
-- reasons stand): written once, only those are written again whose previous END comes later.
with waiting as (
    select r.played_at, r.track_ref, r.context_key, t.track_key,
           nullif(star.whole_number(p.payload -> 'duration_ms'), 0) as duration_ms,
           max(r.played_at) over (order by r.played_at range between unbounded preceding
                                                          and '1 microsecond'::interval preceding) as previous_at
    from raw.recently_played r
    join raw.track_payload p using (payload_key)
    join star.track_dim t on t.track_ref = r.track_ref
    where r.listener_id = %(listener_id)s and not r.is_merged
),
merged as (
    update raw.recently_played r set is_merged = true
    from waiting w
    where r.listener_id = %(listener_id)s and r.played_at = w.played_at and r.track_ref = w.track_ref
    returning 1
)
insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                 api_at, api_track_key, api_duration_ms, api_context_key)
select %(listener_id)s, w.played_at, star.local_time(w.played_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       w.track_key,
       least(coalesce(w.duration_ms, 30000),
             greatest(30000, coalesce(extract(epoch from w.played_at - greatest(w.previous_at, stored.played_at)) * 1000,
                                      2147483647)))::int,
       true, w.played_at, w.track_key, w.duration_ms, w.context_key
from waiting w
cross join lateral (select max(f.played_at) as played_at from star.streaming_fact f
                     where f.listener_id = %(listener_id)s and f.played_at < w.played_at) stored
order by w.played_at, w.track_ref
on conflict (listener_id, api_at, api_track_key) where api_at is not null do nothing
returning played_at
