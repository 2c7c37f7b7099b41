-- Credits are filled once the track's payload has been read; from then on position 0 is the main artist.
select f.play_key, f.played_at, f.track_key, t.artist_key, main.artist_key as first_credit
from star.streaming_fact f
left join star.track_dim t using (track_key)
left join star.artist_dim a using (artist_key)
left join star.track_artist main on main.track_key = t.track_key and main.position = 0
where f.played_at >= %(since)s
  and (a.artist_key is null or (t.payload_key is not null and main.artist_key is distinct from t.artist_key))
order by f.played_at
