-- When the offline plays among the staged ones were uploaded. A play that several rows tell of has the latest upload of
-- them, whichever came first. Returns the days on which account data may tell of stored plays whose upload is news.
with told as materialized (
    select s.ended_at, t.track_ref, s.ms_played, max(s.uploaded_at) as uploaded_at
    from staged_play s join staged_track t using (track_number)
    where s.uploaded_at <> s.ended_at
    group by s.ended_at, t.track_ref, s.ms_played
),
latest as materialized (
    select t.ended_at, t.track_ref, t.ms_played, greatest(t.uploaded_at, max(k.uploaded_at)) as uploaded_at
    from told t
    left join stored k on k.export_at = t.ended_at and k.track_ref = t.track_ref and k.export_ms = t.ms_played
                      and k.uploaded_at <> k.export_at
    group by t.ended_at, t.track_ref, t.ms_played, t.uploaded_at
),
staged as (
    update staged_play s set uploaded_at = l.uploaded_at
    from latest l join staged_track t using (track_ref)
    where s.track_number = t.track_number and s.ended_at = l.ended_at and s.ms_played = l.ms_played
      and s.uploaded_at is distinct from l.uploaded_at and s.uploaded_at is distinct from s.ended_at
),
news as materialized (
    select k.play_key, k.export_at, k.uploaded_at as before, l.uploaded_at
    from stored k
    join latest l on l.ended_at = k.export_at and l.track_ref = k.track_ref and l.ms_played = k.export_ms
    where k.uploaded_at is distinct from l.uploaded_at and k.uploaded_at is distinct from k.export_at
),
updated as (
    update star.streaming_fact f set uploaded_at = n.uploaded_at
    from news n where f.play_key = n.play_key and f.play_key = any(array(select m.play_key from news m))
)
select distinct d.day
from news n
cross join lateral (values (n.export_at::date), ((n.export_at + interval '1 second')::date), (n.before::date),
                           (n.uploaded_at::date)) d (day)
where d.day is not null
