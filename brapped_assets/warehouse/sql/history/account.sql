-- Account data, to the minute: the n-th of its kind is new when fewer than n are stored. What extended history has told
-- of the same minute, names and milliseconds is the same play, and only noted as told twice.
with stored as (
    select date_trunc('minute', f.export_at, 'UTC') as minute, x.title, x.artist, f.export_ms, count(*) as times
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.in_account
      and f.played_at between %(first_at)s::timestamptz - %(reach)s
                          and %(last_at)s::timestamptz + %(reach)s + interval '1 minute'
    group by 1, x.title, x.artist, f.export_ms
),
fresh as (
    select s.ended_at, s.ms_played, t.track_ref, t.title, t.artist, x.export_track_key, d.track_key,
           row_number() over (partition by s.ended_at, t.title, t.artist, s.ms_played order by s.occurrence) as place
    from staged_play s
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    join star.track_dim d on d.track_ref = t.track_ref
    left join stored k on k.minute = s.ended_at and k.title = t.title and k.artist = t.artist
                      and k.export_ms = s.ms_played
    where s.occurrence > coalesce(k.times, 0)
),
precise as (
    select f.play_key, date_trunc('minute', f.export_at, 'UTC') as minute, x.title, x.artist, f.export_ms,
           row_number() over (partition by date_trunc('minute', f.export_at, 'UTC'), x.title, x.artist, f.export_ms
                              order by f.export_at, f.play_key) as place
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.in_extended and not f.in_account
      and f.played_at between %(first_at)s::timestamptz - %(reach)s
                          and %(last_at)s::timestamptz + %(reach)s + interval '1 minute'
),
noted as (
    update star.streaming_fact f set in_account = true
      from fresh n join precise p
        on p.minute = n.ended_at and p.title = n.title and p.artist = n.artist and p.export_ms = n.ms_played
       and p.place = n.place
     where f.play_key = p.play_key
    returning n.ended_at, n.title, n.artist, n.ms_played, n.place
),
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     export_at, export_track_key, export_ms, in_account)
    select %(listener_id)s, n.ended_at, n.ended_at at time zone %(time_zone)s, n.track_key, n.ms_played, false,
           n.ended_at, n.export_track_key, n.ms_played, true
    from fresh n
    where not exists (select from noted o where o.ended_at = n.ended_at and o.title = n.title and o.artist = n.artist
                         and o.ms_played = n.ms_played and o.place = n.place)
    order by n.ended_at, n.track_ref
    returning 1
)
select (select count(*) from added)::int as added, null::bigint[] as grown
