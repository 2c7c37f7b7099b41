-- Rows that account data alone told of turn out to be plays of extended history: these leave the staged plays.
with pair as materialized (
    select * from unnest(%(play_keys)s::bigint[], %(staged)s::text[]) as p (play_key, staged)
),
told as materialized (
    select p.play_key, s.ctid as staged, s.ended_at, s.uploaded_at, s.occurrence, s.ms_played, x.export_track_key,
           known.track_key, d.*
    from pair p
    join staged_play s on s.ctid = p.staged::tid
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    join star.track_dim known on known.track_ref = x.track_ref
    join staged_detail d using (detail_number)
),
left_out as (
    delete from staged_play s using told t where s.ctid = t.staged
)
update star.streaming_fact f
   set played_at = t.ended_at,
       played_at_local = star.local_time(t.ended_at, %(moves)s::timestamptz[], %(zones)s::text[]), track_key = t.track_key,
       ms_played = t.ms_played, export_at = t.ended_at, uploaded_at = t.uploaded_at, export_nth = t.occurrence,
       export_track_key = t.export_track_key, in_extended = true, in_account = false,
       platform_key = t.platform_key, country_key = t.country_key, reason_start_key = t.reason_start_key,
       reason_end_key = t.reason_end_key, shuffle = t.shuffle, skipped = t.skipped, offline = t.offline,
       incognito = t.incognito
  from told t where f.play_key = t.play_key and f.play_key = any(%(play_keys)s::bigint[])
