-- What account data told, staged as a file of it would be.
with told as materialized (
    select r.track_hash, r.ms_played, r.played_minute, nth,
           r.played_minute >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from jsonb_to_recordset(%(records)s::jsonb) as r (played_minute timestamptz, track_hash uuid, ms_played int,
                                                     times smallint)
    cross join lateral generate_series(1, r.times) nth
    join audit.listener l on l.listener_id = %(listener_id)s
),
track as (
    insert into staged_track (track_number, content_hash, track_ref, track_id, title, artist, album)
    select x.export_track_key, x.content_hash, x.track_ref, x.track_id, x.title, x.artist, x.album
    from raw.export_track x where x.content_hash in (select t.track_hash from told t where t.is_kept)
    returning track_number, content_hash
),
detail as (
    insert into staged_detail (detail_number) values (0)
),
play as (
    insert into staged_play (ended_at, ms_played, occurrence, track_number, detail_number)
    select t.played_minute, t.ms_played, t.nth, track.track_number, 0
    from told t join track on track.content_hash = t.track_hash
    where t.is_kept
    returning 1
)
select (select count(*) from play)::int as plays, (select count(*) from told where not is_kept)::int as forgotten
