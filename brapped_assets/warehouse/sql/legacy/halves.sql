-- The old tables' halves of the fact are, in these stretches of time, made what the landed rows say. A row is a repeat
-- where a better one of the same track lies within the drift: one with an id, then the earlier. What is no repeat is a
-- play; by what a row and its neighbours say, so it does not matter which came first.
with told as materialized (
    select near.played_at, near.legacy_track_key, l.track_ref, l.track_id, l.title, l.artist, l.duration_ms,
           l.content_hash
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select r.played_at, r.legacy_track_key from raw.legacy_play r
                         where r.listener_id = %(listener_id)s
                           and r.played_at between s.first_at - %(drift)s and s.last_at + %(drift)s
                        offset 0) near
    join raw.legacy_track l using (legacy_track_key)
),
play as materialized (
    select t.played_at, t.legacy_track_key, t.track_ref, t.duration_ms
    from told t
    cross join lateral (
        select count(*) as times
        from raw.legacy_play r join raw.legacy_track l using (legacy_track_key)
        where r.listener_id = %(listener_id)s
          and r.played_at between t.played_at - %(drift)s and t.played_at + %(drift)s
          and (l.track_ref = t.track_ref or (l.title = t.title and l.artist = t.artist and l.title <> ''))
          and (l.track_id is null, r.played_at, l.content_hash) < (t.track_id is null, t.played_at, t.content_hash)
    ) better
    where better.times = 0
),
half as materialized (
    select near.play_key, near.legacy_at, near.legacy_track_key
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select f.play_key, f.legacy_at, f.legacy_track_key from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.legacy_at between s.first_at - %(drift)s and s.last_at + %(drift)s
                        offset 0) near
),
-- A full join, because that is never done row against row.
difference as materialized (
    select p.played_at, p.legacy_track_key, p.track_ref, p.duration_ms, h.play_key, h.legacy_at
    from play p
    full join half h on h.legacy_at = p.played_at and h.legacy_track_key = p.legacy_track_key
    where p.played_at is null or h.play_key is null
),
superseded as materialized (
    select d.play_key, d.legacy_at from difference d where d.play_key is not null
),
emptied as (
    update star.streaming_fact f set legacy_at = null, legacy_track_key = null
     where f.play_key = any(array(select s.play_key from superseded s))
       and (f.api_at is not null or f.export_at is not null)
    returning f.play_key
),
gone as (
    delete from star.streaming_fact f
     where f.play_key = any(array(select s.play_key from superseded s)) and f.api_at is null and f.export_at is null
    returning 1
),
-- Their milliseconds are estimated by whoever follows what came and went.
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     legacy_at, legacy_track_key)
    select %(listener_id)s, p.played_at, star.local_time(p.played_at, %(moves)s::timestamptz[], %(zones)s::text[]),
           d.track_key,
           coalesce(p.duration_ms, 30000), true, p.played_at, p.legacy_track_key
    from difference p join star.track_dim d on d.track_ref = p.track_ref
    where p.play_key is null
    order by p.played_at, p.track_ref
    returning play_key, legacy_at
)
select (select count(*) from added)::int as added, (select min(play_key) from added) as first_added,
       (select count(*) from superseded)::int as superseded, array(select play_key from emptied) as emptied,
       (select count(*) from gone)::int as gone,
       array(select distinct date_trunc('day', at, 'UTC')
               from (select legacy_at as at from added union all select legacy_at from superseded) changed
              order by 1) as days
