-- Account data, to the minute: the n-th of its kind is new when fewer than n are stored. What extended history has told
-- of the same minute, title and milliseconds is the same play, and only noted as told twice. Not by artist: account data
-- names the track's and extended history the album's. What is no new row leaves the staged plays.
with told_before as (
    select minute, title, export_ms, count(*) as times from stored where in_account group by minute, title, export_ms
),
precise as (
    select play_key, minute, title, export_ms,
           row_number() over (partition by minute, title, export_ms order by export_at, track_ref, export_nth) as place
    from stored where not in_account
),
known as materialized (
    select s.ctid as staged, p.play_key
    from staged_play s
    join staged_track t using (track_number)
    left join told_before k on k.minute = s.ended_at and k.title = t.title and k.export_ms = s.ms_played
    left join precise p on p.minute = s.ended_at and p.title = t.title and p.export_ms = s.ms_played
                       and p.place = s.occurrence - coalesce(k.times, 0)
    where s.occurrence <= k.times or p.play_key is not null
),
left_out as (
    delete from staged_play s using known k where s.ctid = k.staged
)
update star.streaming_fact f set in_account = true
  from known k where f.play_key = k.play_key and f.play_key = any(array(select p.play_key from known p))
returning f.play_key
