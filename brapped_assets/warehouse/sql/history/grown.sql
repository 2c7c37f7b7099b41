-- What account data told to the minute and extended history now tells to the second is the same play, which grows by what
-- this measured. It leaves the staged plays.
with minutely as (
    select play_key, minute, title, export_ms as ms_played,
           row_number() over (partition by minute, title, export_ms order by play_key) as place
    from stored where not in_extended
),
told as (
    select s.ctid as staged, s.*, t.content_hash, t.title, date_trunc('minute', s.ended_at, 'UTC') as minute,
           row_number() over (partition by date_trunc('minute', s.ended_at, 'UTC'), t.title, s.ms_played
                              order by s.ended_at, t.track_ref, s.occurrence) as place
    from staged_play s
    join staged_track t using (track_number)
),
found as materialized (
    select m.play_key, t.staged, t.ended_at, t.occurrence, x.export_track_key, d.*
    from minutely m
    join told t using (minute, title, ms_played, place)
    join raw.export_track x using (content_hash)
    join staged_detail d using (detail_number)
),
left_out as (
    delete from staged_play s using found n where s.ctid = n.staged
)
update star.streaming_fact f
   set export_at = n.ended_at, export_nth = n.occurrence, export_track_key = n.export_track_key, in_extended = true,
       platform_key = n.platform_key, country_key = n.country_key, reason_start_key = n.reason_start_key,
       reason_end_key = n.reason_end_key, shuffle = n.shuffle, skipped = n.skipped, offline = n.offline,
       incognito = n.incognito
  from found n where f.play_key = n.play_key and f.play_key = any(array(select p.play_key from found p))
returning f.play_key
