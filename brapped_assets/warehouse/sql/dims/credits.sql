-- One row per credit in the served order; a track without any has its stand-in main artist.
insert into star.track_artist (track_key, position, artist_key)
select t.track_key, c.position, case c.position when 0 then t.artist_key else a.artist_key end
from star.track_dim t
join raw.track_payload p using (payload_key)
cross join lateral star.credits_of(p.payload) c
cross join lateral star.artist_of(c.artist_id, c.artist_name) a
where t.payload_key = any(%(payload_keys)s)
on conflict (track_key, position) do nothing
