-- Extended history. A row is known by END, track, milliseconds and the how-many-eth of its kind in its file, so that a
-- play is there as often as the file tells it that tells it most. What account data told to the minute is the same play.
with track as materialized (
    select s.track_number, s.track_ref, s.title, x.export_track_key, d.track_key
    from staged_track s
    join raw.export_track x using (content_hash)
    join star.track_dim d on d.track_ref = s.track_ref
),
detail as materialized (
    select s.*, platform.label_key as platform_key, country.label_key as country_key,
           reason_start.label_key as reason_start_key, reason_end.label_key as reason_end_key
    from staged_detail s
    left join star.play_label platform on platform.label = s.platform
    left join star.play_label country on country.label = s.country
    left join star.play_label reason_start on reason_start.label = s.reason_start
    left join star.play_label reason_end on reason_end.label = s.reason_end
),
told as materialized (
    select to_timestamp(s.ended_us / 1e6) as ended_at, s.ms_played, s.occurrence, t.track_ref, t.title, t.export_track_key, t.track_key, detail.*,
           k.play_key
    from staged_play s
    join track t using (track_number)
    join detail using (detail_number)
    left join stored k on k.in_extended and k.export_at = to_timestamp(s.ended_us / 1e6) and k.track_ref = t.track_ref
                      and k.export_ms = s.ms_played and k.export_nth = s.occurrence
),
minutely as (
    select k.play_key, k.minute, k.title, k.export_ms as ms_played,
           row_number() over (partition by k.minute, k.title, k.export_ms order by k.play_key) as place
    from stored k where not k.in_extended
),
fresh as materialized (
    select n.*, m.play_key as minute_key
    from (
        select t.*, date_trunc('minute', t.ended_at, 'UTC') as minute,
               row_number() over (partition by date_trunc('minute', t.ended_at, 'UTC'), t.title, t.ms_played
                                  order by t.ended_at, t.track_ref, t.occurrence) as place
        from told t where t.play_key is null
    ) n
    left join minutely m using (minute, title, ms_played, place)
),
grown as (
    update star.streaming_fact f
       set export_at = n.ended_at, export_nth = n.occurrence, export_track_key = n.export_track_key, in_extended = true,
           platform_key = n.platform_key, country_key = n.country_key, reason_start_key = n.reason_start_key,
           reason_end_key = n.reason_end_key, shuffle = n.shuffle, skipped = n.skipped, offline = n.offline,
           incognito = n.incognito
      from fresh n where f.play_key = n.minute_key
    returning f.play_key, f.export_at
),
-- Two exports may tell a detail differently, or one not at all: the greater counts, whichever came first.
retold as (
    select n.play_key,
           case when platform.label >= n.platform then f.platform_key else coalesce(n.platform_key, f.platform_key) end
               as platform_key,
           case when country.label >= n.country then f.country_key else coalesce(n.country_key, f.country_key) end
               as country_key,
           case when reason_start.label >= n.reason_start then f.reason_start_key
                else coalesce(n.reason_start_key, f.reason_start_key) end as reason_start_key,
           case when reason_end.label >= n.reason_end then f.reason_end_key
                else coalesce(n.reason_end_key, f.reason_end_key) end as reason_end_key,
           greatest(n.shuffle, f.shuffle) as shuffle, greatest(n.skipped, f.skipped) as skipped,
           greatest(n.offline, f.offline) as offline, greatest(n.incognito, f.incognito) as incognito
    from told n
    join stored f using (play_key)
    left join star.play_label platform on platform.label_key = f.platform_key
    left join star.play_label country on country.label_key = f.country_key
    left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
    left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
    where (n.platform_key, n.country_key, n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline,
           n.incognito)
          is distinct from (f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped,
                            f.offline, f.incognito)
),
completed as (
    update star.streaming_fact f
       set platform_key = n.platform_key, country_key = n.country_key, reason_start_key = n.reason_start_key,
           reason_end_key = n.reason_end_key, shuffle = n.shuffle, skipped = n.skipped, offline = n.offline,
           incognito = n.incognito
      from retold n
     where f.play_key = n.play_key and f.play_key = any(array(select r.play_key from retold r))
       and (n.platform_key, n.country_key, n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline,
            n.incognito)
           is distinct from (f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped,
                             f.offline, f.incognito)
),
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     export_at, export_track_key, export_ms, export_nth, in_extended, platform_key,
                                     country_key, reason_start_key, reason_end_key, shuffle, skipped, offline, incognito)
    select %(listener_id)s, n.ended_at, n.ended_at at time zone %(time_zone)s, n.track_key, n.ms_played, false,
           n.ended_at, n.export_track_key, n.ms_played, n.occurrence, true, n.platform_key, n.country_key,
           n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline, n.incognito
    from fresh n
    where n.minute_key is null
    order by n.ended_at, n.track_ref
    returning play_key, played_at
)
select (select count(*) from added)::int as added, (select min(play_key) from added) as first_added,
       (select count(*) from grown)::int as told_twice, array(select play_key from grown) as grown,
       array(select distinct date_trunc('day', at, 'UTC')
               from (select played_at as at from added union all select export_at from grown) new
              order by 1) as days
