-- Rows that lose the half that an export told; those without another half go.
with gone as (
    delete from star.streaming_fact f
    where f.play_key = any(%(play_keys)s::bigint[]) and f.api_at is null and f.legacy_at is null
),
emptied as (
    update star.streaming_fact f
       set export_at = null, uploaded_at = null, export_track_key = null, export_ms = null, export_nth = null,
           in_extended = false, in_account = false, platform_key = null, country_key = null, reason_start_key = null,
           reason_end_key = null, shuffle = null, skipped = null, offline = null, incognito = null
     where f.play_key = any(%(play_keys)s::bigint[]) and (f.api_at is not null or f.legacy_at is not null)
    returning f.play_key
)
select play_key from emptied
