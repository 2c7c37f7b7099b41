-- The exports' halves of one kind, staged as a file of that kind would be. An older export tells of account data here, and
-- of some offline plays to the millisecond.
with told as materialized (
    select t.track_hash, t.export_ms, t.nth, t.ended_at, t.uploaded_at, t.detail, t.ended_at >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from (
        select r.track_hash, r.export_ms,
               case when %(kind)s = 'account' then r.account_nth else r.export_nth end as nth,
               case when %(kind)s = 'account' then date_trunc('minute', r.export_at, 'UTC')
                    else star.end_to_the_second(r.export_at, r.export_ms) end as ended_at,
               case when %(kind)s = 'extended' then r.uploaded_at end as uploaded_at,
               jsonb_build_array(r.platform, r.country, r.reason_start, r.reason_end, r.shuffle, r.skipped, r.offline,
                                 r.incognito) as detail
        from jsonb_to_recordset(%(records)s::jsonb) as r (
            export_at timestamptz, uploaded_at timestamptz, track_hash uuid, export_ms int, export_nth int, in_extended boolean,
            in_account boolean, account_nth int, platform text, country text, reason_start text, reason_end text,
            shuffle boolean, skipped boolean, offline boolean, incognito boolean)
        where case when %(kind)s = 'account' then r.in_account else r.in_extended end
    ) t
    join audit.listener l on l.listener_id = %(listener_id)s
),
track as (
    insert into staged_track (track_number, content_hash, track_ref, track_id, title, artist, album)
    select x.export_track_key, x.content_hash, x.track_ref, x.track_id, x.title, x.artist, x.album
    from raw.export_track x where x.content_hash in (select t.track_hash from told t where t.is_kept)
    returning track_number, content_hash
),
numbered as materialized (
    select d.detail, row_number() over ()::int as detail_number from (select distinct t.detail from told t) d
),
detail as (
    insert into staged_detail (detail_number, platform, country, reason_start, reason_end, shuffle, skipped, offline,
                               incognito)
    select n.detail_number, n.detail ->> 0, n.detail ->> 1, n.detail ->> 2, n.detail ->> 3, (n.detail ->> 4)::boolean,
           (n.detail ->> 5)::boolean, (n.detail ->> 6)::boolean, (n.detail ->> 7)::boolean
    from numbered n
),
play as (
    insert into staged_play (ended_at, ms_played, occurrence, track_number, detail_number, uploaded_at)
    select t.ended_at, t.export_ms, t.nth, track.track_number, n.detail_number, t.uploaded_at
    from told t
    join track on track.content_hash = t.track_hash
    join numbered n on n.detail = t.detail
    where t.is_kept
    returning 1
)
select (select count(*) from play)::int as plays, (select count(*) from told where not is_kept)::int as forgotten
