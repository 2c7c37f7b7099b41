-- Extended history. A row is known by END, track and milliseconds; how often it is told is the most within one file, so
-- the n-th of its kind is new when fewer than n are stored. What account data told to the minute is the same play.
with stored as (
    select f.export_at, x.track_ref, f.export_ms, count(*) as times
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.in_extended
      and f.played_at between %(first_at)s::timestamptz - %(reach)s and %(last_at)s::timestamptz + %(reach)s
    group by f.export_at, x.track_ref, f.export_ms
),
fresh as (
    select s.*, t.track_ref, t.title, t.artist, x.export_track_key, d.track_key,
           date_trunc('minute', s.ended_at, 'UTC') as minute,
           row_number() over (partition by date_trunc('minute', s.ended_at, 'UTC'), t.title, t.artist, s.ms_played
                              order by s.ended_at, t.track_ref, s.occurrence) as place,
           platform.label_key as platform_key, country.label_key as country_key,
           reason_start.label_key as reason_start_key, reason_end.label_key as reason_end_key
    from staged_play s
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    join star.track_dim d on d.track_ref = t.track_ref
    left join stored k on k.export_at = s.ended_at and k.track_ref = t.track_ref and k.export_ms = s.ms_played
    left join star.play_label platform on platform.label = s.platform
    left join star.play_label country on country.label = s.country
    left join star.play_label reason_start on reason_start.label = s.reason_start
    left join star.play_label reason_end on reason_end.label = s.reason_end
    where s.occurrence > coalesce(k.times, 0)
),
minutely as (
    select f.play_key, f.export_at, x.title, x.artist, f.export_ms,
           row_number() over (partition by f.export_at, x.title, x.artist, f.export_ms order by f.play_key) as place
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.in_account and not f.in_extended
      and f.played_at between %(first_at)s::timestamptz - %(reach)s - interval '1 minute'
                          and %(last_at)s::timestamptz + %(reach)s
),
told_before as (
    select fresh.*, m.play_key from fresh join minutely m
      on m.export_at = fresh.minute and m.title = fresh.title and m.artist = fresh.artist
     and m.export_ms = fresh.ms_played and m.place = fresh.place
),
grown as (
    update star.streaming_fact f
       set export_at = b.ended_at, export_track_key = b.export_track_key, in_extended = true,
           platform_key = b.platform_key, country_key = b.country_key, reason_start_key = b.reason_start_key,
           reason_end_key = b.reason_end_key, shuffle = b.shuffle, skipped = b.skipped, offline = b.offline,
           incognito = b.incognito
      from told_before b where f.play_key = b.play_key
    returning f.play_key
),
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     export_at, export_track_key, export_ms, in_extended, platform_key, country_key,
                                     reason_start_key, reason_end_key, shuffle, skipped, offline, incognito)
    select %(listener_id)s, n.ended_at, n.ended_at at time zone %(time_zone)s, n.track_key, n.ms_played, false,
           n.ended_at, n.export_track_key, n.ms_played, true, n.platform_key, n.country_key, n.reason_start_key,
           n.reason_end_key, n.shuffle, n.skipped, n.offline, n.incognito
    from fresh n
    where not exists (select from told_before b where b.ended_at = n.ended_at and b.track_ref = n.track_ref
                         and b.ms_played = n.ms_played and b.occurrence = n.occurrence)
    order by n.ended_at, n.track_ref
    returning 1
)
select (select count(*) from added)::int as added, (select array_agg(play_key) from grown) as grown
