-- Rows that lose the half that account data told; those without another half go.
with gone as (
    delete from star.streaming_fact f
    where f.play_key = any(%(play_keys)s::bigint[]) and f.api_at is null and f.legacy_at is null
),
emptied as (
    update star.streaming_fact f
       set export_at = null, export_track_key = null, export_ms = null, export_nth = null, in_account = false
     where f.play_key = any(%(play_keys)s::bigint[]) and (f.api_at is not null or f.legacy_at is not null)
    returning f.play_key
)
select play_key from emptied
