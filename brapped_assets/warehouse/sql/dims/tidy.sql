-- Provisional artists and albums that nothing refers to any longer; who was hidden by such a name has no plays.
with albums as (
    delete from star.album_dim al
    where al.album_id is null and al.payload_key is null
      and not exists (select from star.track_dim t where t.album_key = al.album_key)
),
artists as (
    delete from star.artist_dim a
    where a.artist_id is null
      and not exists (select from star.track_dim t where t.artist_key = a.artist_key)
      and not exists (select from star.track_artist c where c.artist_key = a.artist_key)
    returning a.artist_key
)
delete from insights.hidden h using artists a where h.artist_key = a.artist_key
