-- Each export half in `sources` goes to the polled row in `targets`, or (null) to a row of its own. All in one
-- statement: every row is read as it was before. The keys stand beside every join, so that rows are always found by them:
-- the planner's idea of which halves are null is as old as its statistics, and an import changes just that.
with move as (
    select * from unnest(%(sources)s::bigint[], %(targets)s::bigint[]) as m (source, target)
),
moved as materialized (
    select m.target, f.* from move m join star.streaming_fact f on f.play_key = m.source
    where f.play_key = any(%(sources)s::bigint[])
),
received as (
    update star.streaming_fact f
       set export_at = m.export_at, export_track_key = m.export_track_key, export_ms = m.export_ms,
           export_nth = m.export_nth, in_extended = m.in_extended, in_account = m.in_account,
           platform_key = m.platform_key, country_key = m.country_key, reason_start_key = m.reason_start_key,
           reason_end_key = m.reason_end_key, shuffle = m.shuffle, skipped = m.skipped, offline = m.offline, incognito = m.incognito
      from moved m where f.play_key = m.target and f.play_key = any(%(targets)s::bigint[])
    returning f.play_key, f.played_at
),
emptied as (
    update star.streaming_fact f
       set export_at = null, export_track_key = null, export_ms = null, export_nth = null,
           in_extended = false, in_account = false, platform_key = null, country_key = null,
           reason_start_key = null, reason_end_key = null, shuffle = null, skipped = null, offline = null, incognito = null
     where f.play_key = any(%(sources)s::bigint[]) and f.api_at is not null
       and f.play_key <> all(array_remove(%(targets)s::bigint[], null))
    returning f.play_key, f.played_at
),
gone as (
    delete from star.streaming_fact f where f.play_key = any(%(sources)s::bigint[]) and f.api_at is null
    returning f.played_at
),
split as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     export_at, export_track_key, export_ms, export_nth, in_extended, in_account,
                                     platform_key, country_key, reason_start_key, reason_end_key, shuffle, skipped,
                                     offline, incognito)
    select m.listener_id, m.export_at, m.export_at at time zone %(time_zone)s, d.track_key, m.export_ms, false,
           m.export_at, m.export_track_key, m.export_ms, m.export_nth, m.in_extended, m.in_account, m.platform_key,
           m.country_key, m.reason_start_key, m.reason_end_key, m.shuffle, m.skipped, m.offline, m.incognito
    from moved m
    join raw.export_track x using (export_track_key)
    join star.track_dim d on d.track_ref = x.track_ref
    where m.target is null
    returning played_at
)
select play_key, played_at from received
union all select play_key, played_at from emptied
union all select null, played_at from gone
union all select null, played_at from split
