-- One row per credit in the served order; a track without any has its stand-in main artist.
with track as (
    select t.track_key, t.artist_key as main_key, p.payload
    from star.track_dim t join raw.track_payload p using (payload_key)
    where t.payload_key = any(%(payload_keys)s)
)
insert into star.track_artist (track_key, position, artist_key)
select track.track_key, coalesce(credit.ordinality - 1, 0), coalesce(a.artist_key, track.main_key)
from track
left join lateral jsonb_array_elements(
    case when jsonb_typeof(track.payload -> 'artists') = 'array' then track.payload -> 'artists' else '[]' end)
    with ordinality credit (served, ordinality) on true
left join star.artist_dim a
  on a.artist_id = credit.served ->> 'id'
  or (credit.served ->> 'id' is null and a.artist_id is null
      and a.artist_name = coalesce(nullif(credit.served ->> 'name', ''), 'Unknown artist'))
on conflict (track_key, position) do nothing
