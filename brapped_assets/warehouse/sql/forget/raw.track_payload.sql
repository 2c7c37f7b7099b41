-- What an album was read from may be a track of which nothing else is left.
with doomed as materialized (
    select p.payload_key from raw.track_payload p
    where not exists (select from raw.recently_played r where r.payload_key = p.payload_key)
      and not exists (select from star.track_dim t where t.track_ref = p.track_ref)
),
let_go as (
    update star.album_dim a set payload_key = null from doomed d where a.payload_key = d.payload_key returning 1
)
delete from raw.track_payload p using doomed d where p.payload_key = d.payload_key
