-- name: spans
-- Each stretch of time with plays of more than one source, from silence to silence: outwards until no row lies around
-- the last. Around is twice the reach and the drift: a row stands at its polled instant, its other halves may lie a reach
-- (exports) or the drift (old tables) away, and theirs partners as far again.
with recursive stretch as (
    select s.number, s.first_at, s.last_at
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) with ordinality as s (first_at, last_at, number)
    cross join lateral (
        select exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.api_at is not null
                          and f.api_at between s.first_at - %(around)s and s.last_at + %(around)s) as api,
               exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.legacy_at is not null
                          and f.legacy_at between s.first_at - %(around)s and s.last_at + %(around)s) as legacy
        offset 0
    ) told
    where (told.api and told.legacy)
       or ((told.api or told.legacy)
           and exists (select from star.streaming_fact f
                        where f.listener_id = %(listener_id)s and f.export_at is not null
                          and f.played_at between s.first_at - %(around)s and s.last_at + %(around)s))
),
before (number, at) as (
    select number, first_at from stretch
    union all
    select b.number, (select min(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at < b.at and f.played_at >= b.at - %(around)s)
    from before b where b.at is not null
),
after (number, at) as (
    select number, last_at from stretch
    union all
    select a.number, (select max(f.played_at) from star.streaming_fact f
                       where f.listener_id = %(listener_id)s
                         and f.played_at > a.at and f.played_at <= a.at + %(around)s)
    from after a where a.at is not null
)
select (select min(b.at) from before b where b.number = s.number) as first_at,
       (select max(a.at) from after a where a.number = s.number) as last_at
from stretch s
order by first_at

-- name: observations
-- Every row around a polled play (Brapped's or the old scripts') in one of the spans, with what each half says of its
-- track. Step by step: the planner cannot know how few rows lie in a stretch of time, and would start from all tracks.
with polled as materialized (
    select distinct found.at
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select f.api_at as at from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.api_at between s.first_at - %(reach)s and s.last_at + %(reach)s
                        union all
                        select f.legacy_at from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.legacy_at between s.first_at - %(reach)s and s.last_at + %(reach)s) found
),
near as materialized (
    select distinct found.play_key
    from polled p
    cross join lateral (select f.play_key from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.played_at between p.at - %(around)s and p.at + %(around)s
                        offset 0) found
)
select half.*, served.title as api_title, served.artists as api_artists, served.album as api_album
from near
cross join lateral (
    select f.play_key, f.listener_id, f.api_at, api.track_ref as api_ref, f.legacy_at, old.track_ref as legacy_ref,
           old.title as legacy_title, old.artist as legacy_artist, f.export_at, f.export_ms, f.export_nth,
           f.in_extended, x.track_ref as export_ref, x.title as export_title, x.artist as export_artist,
           x.album as export_album
    from star.streaming_fact f
    left join star.track_dim api on api.track_key = f.api_track_key
    left join raw.legacy_track old on old.legacy_track_key = f.legacy_track_key
    left join raw.export_track x on x.export_track_key = f.export_track_key
    where f.play_key = near.play_key
    offset 0
) half
left join lateral (
    select star.text_of(p.payload -> 'name') as title,
           star.text_of(p.payload #> '{album,name}') as album,
           array(select coalesce(c.artist_name, 'Unknown artist') from star.credits_served(p.payload) c
                 union
                 select coalesce(a.artist_name, 'Unknown artist') from star.credits_served(p.payload -> 'album') a) as artists
    from raw.recently_played r join raw.track_payload p using (payload_key)
    where r.listener_id = half.listener_id and r.played_at = half.api_at and r.track_ref = half.api_ref
    offset 0
) served on true

-- name: move
-- Each outcome is one row of the fact with the halves it has from now on, each taken from the row that had it; a null
-- play_key is a row of its own, to be settled. All in one statement: every row is read as it was before. The keys stand
-- beside every join, so that rows are always found by them: the planner's idea of which halves are null is as old as its
-- statistics, and an import changes just that.
with outcome as (
    select * from unnest(%(play_keys)s::bigint[], %(legacies)s::bigint[], %(exports)s::bigint[])
                  as o (play_key, legacy_from, export_from)
),
half as materialized (
    select f.* from star.streaming_fact f
    where f.play_key = any(array_remove(%(legacies)s::bigint[] || %(exports)s::bigint[], null))
),
told as materialized (
    select o.play_key, coalesce(l.listener_id, e.listener_id) as listener_id,
           coalesce(l.track_key, e.track_key) as track_key, l.legacy_at, l.legacy_track_key,
           e.export_at, e.uploaded_at, e.export_track_key, e.export_ms, e.export_nth, coalesce(e.in_extended, false) as in_extended,
           coalesce(e.in_account, false) as in_account, e.platform_key, e.country_key, e.reason_start_key,
           e.reason_end_key, e.shuffle, e.skipped, e.offline, e.incognito
    from outcome o
    left join half l on l.play_key = o.legacy_from
    left join half e on e.play_key = o.export_from
),
kept as (
    update star.streaming_fact f
       set legacy_at = t.legacy_at, legacy_track_key = t.legacy_track_key, export_at = t.export_at,
           uploaded_at = t.uploaded_at, export_track_key = t.export_track_key, export_ms = t.export_ms, export_nth = t.export_nth,
           in_extended = t.in_extended, in_account = t.in_account, platform_key = t.platform_key,
           country_key = t.country_key, reason_start_key = t.reason_start_key, reason_end_key = t.reason_end_key,
           shuffle = t.shuffle, skipped = t.skipped, offline = t.offline, incognito = t.incognito
      from told t
     where f.play_key = t.play_key and f.play_key = any(array_remove(%(play_keys)s::bigint[], null))
    returning f.play_key, f.played_at
),
gone as (
    delete from star.streaming_fact f where f.play_key = any(%(gone)s::bigint[])
    returning f.played_at
),
split as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     legacy_at, legacy_track_key, export_at, uploaded_at, export_track_key, export_ms,
                                     export_nth, in_extended, in_account, platform_key, country_key, reason_start_key,
                                     reason_end_key, shuffle, skipped, offline, incognito)
    select t.listener_id, coalesce(t.legacy_at, t.export_at),
           star.local_time(coalesce(t.legacy_at, t.export_at), %(moves)s::timestamptz[], %(zones)s::text[]),
           t.track_key, coalesce(t.export_ms, 30000), t.export_ms is null, t.legacy_at, t.legacy_track_key, t.export_at,
           t.uploaded_at,
           t.export_track_key, t.export_ms, t.export_nth, t.in_extended, t.in_account, t.platform_key, t.country_key,
           t.reason_start_key, t.reason_end_key, t.shuffle, t.skipped, t.offline, t.incognito
    from told t where t.play_key is null
    returning play_key, played_at
)
select play_key, played_at from kept
union all select null, played_at from gone
union all select play_key, played_at from split

-- name: nobodies
-- Those of some names that are nobody's.
select n as name from unnest(%(names)s::text[]) n where star.is_nobody(null, n)
