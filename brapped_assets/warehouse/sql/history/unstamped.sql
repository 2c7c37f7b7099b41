-- Staged offline plays whose END nothing tells: those that rows with an END account for, of the same upload, track and
-- milliseconds, leave; the others are counted from 1 on.
with unstamped as materialized (
    select s.ctid as staged, s.ended_at as ts, t.track_ref, s.ms_played, s.occurrence
    from staged_play s join staged_track t using (track_number)
    where s.uploaded_at = s.ended_at
),
stamped as (
    select k.export_at as ts, k.track_ref, k.export_ms as ms_played
    from stored k
    where k.uploaded_at is null and k.export_at in (select u.ts from unstamped u)
    union all
    select f.uploaded_at, x.track_ref, f.export_ms
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at in (select u.ts from unstamped u) and f.uploaded_at <> f.export_at
    union all
    select coalesce(s.uploaded_at, s.ended_at), t.track_ref, s.ms_played
    from staged_play s join staged_track t using (track_number)
    where coalesce(s.uploaded_at, s.ended_at) in (select u.ts from unstamped u)
      and s.uploaded_at is distinct from s.ended_at
),
accounted as materialized (
    select u.staged, u.occurrence, count(s.ts) as times
    from unstamped u
    left join stamped s on s.ts = u.ts and s.track_ref = u.track_ref and s.ms_played = u.ms_played
    group by u.staged, u.occurrence
),
gone as (
    delete from staged_play s using accounted a where s.ctid = a.staged and a.occurrence <= a.times
)
update staged_play s set occurrence = s.occurrence - a.times
from accounted a where s.ctid = a.staged and a.occurrence > a.times
