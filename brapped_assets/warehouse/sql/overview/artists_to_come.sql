-- First the tracks: without fresh statistics the planner would look at all of them once for every artist.
with waiting as materialized (
    select distinct t.artist_key from star.track_dim t
    where t.track_id is not null and t.payload_key is null and not t.is_unknown
)
select count(*) as artists from waiting join star.artist_dim a using (artist_key) where a.artist_id is null
