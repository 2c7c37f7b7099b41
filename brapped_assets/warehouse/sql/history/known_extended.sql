-- Extended history. A row is known by END, track, milliseconds and the how-many-eth of its kind in its file, so
-- that a play is there as often as the file tells it that tells it most. What is stored leaves the staged plays.
with known as (
    delete from staged_play s
    using staged_track t, stored k
    where t.track_number = s.track_number and k.export_at = s.ended_at and k.track_ref = t.track_ref
      and k.export_ms = s.ms_played and k.export_nth = s.occurrence
      and (s.uploaded_at is not distinct from s.ended_at) = %(is_unstamped)s
      and (k.uploaded_at is not distinct from k.export_at) = %(is_unstamped)s
    returning k.*, s.detail_number
),
-- Two exports may tell a detail differently, or one not at all: the greater counts, whichever came first.
retold as (
    select f.play_key,
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
    from known f
    join staged_detail n using (detail_number)
    left join star.play_label platform on platform.label_key = f.platform_key
    left join star.play_label country on country.label_key = f.country_key
    left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
    left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
    where (n.platform_key, n.country_key, n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline,
           n.incognito)
          is distinct from (f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped,
                            f.offline, f.incognito)
)
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
