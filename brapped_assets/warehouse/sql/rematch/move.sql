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
