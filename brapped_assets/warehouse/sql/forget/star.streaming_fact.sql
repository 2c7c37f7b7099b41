-- Each half goes by its own END, as landing and imports go by theirs: a row astride of the instant keeps the other half.
with gone as (
    delete from star.streaming_fact f
    where f.listener_id = %(listener_id)s and greatest(f.api_at, f.export_at, f.legacy_at) < %(before)s
    returning 1
),
halved as (
    update star.streaming_fact f
       set api_at = k.api_at, export_at = k.export_at, legacy_at = k.legacy_at,
           api_track_key = case when k.api_at is not null then f.api_track_key end,
           api_duration_ms = case when k.api_at is not null then f.api_duration_ms end,
           api_context_key = case when k.api_at is not null then f.api_context_key end,
           legacy_track_key = case when k.legacy_at is not null then f.legacy_track_key end,
           uploaded_at = case when k.export_at is not null then f.uploaded_at end,
           export_track_key = case when k.export_at is not null then f.export_track_key end,
           export_ms = case when k.export_at is not null then f.export_ms end,
           export_nth = case when k.export_at is not null then f.export_nth end,
           in_extended = k.export_at is not null and f.in_extended,
           in_account = k.export_at is not null and f.in_account,
           platform_key = case when k.export_at is not null then f.platform_key end,
           country_key = case when k.export_at is not null then f.country_key end,
           reason_start_key = case when k.export_at is not null then f.reason_start_key end,
           reason_end_key = case when k.export_at is not null then f.reason_end_key end,
           skipped = case when k.export_at is not null then f.skipped end,
           shuffle = case when k.export_at is not null then f.shuffle end,
           offline = case when k.export_at is not null then f.offline end,
           incognito = case when k.export_at is not null then f.incognito end
      from (select h.play_key, case when h.api_at >= %(before)s then h.api_at end as api_at,
                   case when h.export_at >= %(before)s then h.export_at end as export_at,
                   case when h.legacy_at >= %(before)s then h.legacy_at end as legacy_at
              from star.streaming_fact h
             where h.listener_id = %(listener_id)s and least(h.api_at, h.export_at, h.legacy_at) < %(before)s
               and greatest(h.api_at, h.export_at, h.legacy_at) >= %(before)s) k
     where f.play_key = k.play_key
    returning f.play_key
)
select (select count(*) from gone)::int as plays, array(select play_key from halved) as halved
