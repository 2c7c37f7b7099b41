-- Offline plays whose END nothing told, and for which a row that tells it is about to be added: as many as there are such
-- rows of the same upload, track and milliseconds.
with unstamped as materialized (
    select f.play_key, f.export_at, x.track_ref, f.export_ms,
           row_number() over (partition by f.export_at, x.track_ref, f.export_ms order by f.export_nth desc) as place
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at = f.export_at
),
told as (
    select coalesce(s.uploaded_at, s.ended_at) as ts, t.track_ref, s.ms_played, count(*) as times
    from staged_play s join staged_track t using (track_number)
    where coalesce(s.uploaded_at, s.ended_at) in (select u.export_at from unstamped u)
      and s.uploaded_at is distinct from s.ended_at
    group by 1, 2, 3
),
gone as materialized (
    select u.play_key, u.export_at
    from unstamped u
    join told t on t.ts = u.export_at and t.track_ref = u.track_ref and t.ms_played = u.export_ms
    where u.place <= t.times
),
forgotten as (
    delete from stored k using gone g where k.play_key = g.play_key
)
select play_key, export_at from gone
