-- One row per credit in the served order; a track without any has its stand-in main artist.
insert into star.track_artist (track_key, position, artist_key)
select t.track_key, c.position, a.artist_key
from star.track_dim t
join raw.track_payload p using (payload_key)
cross join lateral star.credits_of(p.payload) c
join star.artist_dim a
  on a.artist_id = c.artist_id or (c.artist_id is null and a.artist_id is null and a.artist_name = c.artist_name)
where t.payload_key = any(%(payload_keys)s)
on conflict (track_key, position) do nothing
