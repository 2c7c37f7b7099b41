-- name: artists
-- Main artists the star does not know yet; the artist dimension fills in the rest later.
with main_artist as (
    select distinct on (c.artist_id, case when c.artist_id is null then c.artist_name end) c.artist_id, c.artist_name
    from raw.recently_played r
    join raw.track_payload p using (payload_key)
    cross join lateral star.credits_of(p.payload) c
    where r.listener_id = %(listener_id)s and not r.is_merged and c.position = 0
    order by c.artist_id, case when c.artist_id is null then c.artist_name end, p.payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select m.artist_id, m.artist_name from main_artist m
where not exists (select from star.artist_of(m.artist_id, m.artist_name))
order by m.artist_id, m.artist_name
on conflict do nothing

-- name: tracks
-- Tracks the star does not know yet, with what the play itself says; the track dimension fills in the rest later.
with track as (
    select distinct on (r.track_ref) r.track_ref, p.payload as served, c.artist_id, c.artist_name
    from raw.recently_played r
    join raw.track_payload p using (payload_key)
    cross join lateral star.credits_of(p.payload) c
    where r.listener_id = %(listener_id)s and not r.is_merged and c.position = 0
    order by r.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key)
select t.track_ref, case when t.served ->> 'id' = t.track_ref then t.track_ref end,
       coalesce(star.text_of(t.served -> 'name'), t.track_ref), a.artist_key
from track t
-- A page may land between the statement that adds artists and this one: a track whose artist is not there yet waits, with
-- its play, for the next merge.
cross join lateral star.artist_of(t.artist_id, t.artist_name) a
where not exists (select from star.track_dim known where known.track_ref = t.track_ref)
order by t.track_ref
on conflict (track_ref) do nothing

-- name: plays
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

-- name: mark_merged
update audit.listener set merged_at = %(now)s where listener_id = %(listener_id)s

-- name: estimates
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

-- name: lock_listener
-- One merge of a listener at a time. Not `for update`: that would also stop landing, whose rows point at this one.
select listener_id, time_zone, forgotten_before from audit.listener where listener_id = %(listener_id)s for no key update

-- name: zones_of
select moves, zones from audit.zones_of(%(listener_id)s)

-- name: settle
-- What a row says follows from its halves: the instant from the API where it told of the play, be it to the old scripts;
-- the track likewise, unless the old tables know no id of it; everything measured from the export. Rows no export told
-- of are estimated by the next statement.
with halves as (
    select f.play_key, f.played_at as was_at, coalesce(f.api_at, f.legacy_at, f.export_at) as played_at,
           coalesce(f.api_track_key, case when l.track_id is not null then old.track_key end, exported.track_key,
                    old.track_key) as track_key,
           f.export_ms
    from star.streaming_fact f
    left join raw.legacy_track l using (legacy_track_key)
    left join star.track_dim old on old.track_ref = l.track_ref
    left join raw.export_track x using (export_track_key)
    left join star.track_dim exported on exported.track_ref = x.track_ref
    where f.play_key = any(%(play_keys)s)
)
update star.streaming_fact f
   set played_at = h.played_at, played_at_local = star.local_time(h.played_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       track_key = h.track_key,
       ms_played = coalesce(h.export_ms, f.ms_played), is_estimated = h.export_ms is null
  from halves h where f.play_key = h.play_key and f.play_key = any(%(play_keys)s)
returning h.was_at, f.played_at

-- name: local_time_spoken
update star.spoken_play set played_at_local = star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])
where listener_id = %(listener_id)s
  and played_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC')
  and played_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'UTC')
  and played_at_local <> star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])

-- name: local_time
update star.streaming_fact set played_at_local = star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])
where listener_id = %(listener_id)s
  and played_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC')
  and played_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'UTC')
  and played_at_local <> star.local_time(played_at, %(moves)s::timestamptz[], %(zones)s::text[])

-- name: years
select extract(year from least(f.first_at, s.first_at) at time zone 'UTC')::int as first,
       extract(year from greatest(f.last_at, s.last_at) at time zone 'UTC')::int as last
from (select min(played_at) as first_at, max(played_at) as last_at
        from star.streaming_fact where listener_id = %(listener_id)s) f,
     (select min(played_at) as first_at, max(played_at) as last_at
        from star.spoken_play where listener_id = %(listener_id)s) s
