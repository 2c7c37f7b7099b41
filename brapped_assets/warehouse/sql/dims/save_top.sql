insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key, track_key)
select %(listener_id)s, %(taken_on)s, i.kind, i.time_range, i.rank, a.artist_key, t.track_key
from unnest(%(kinds)s::text[], %(time_ranges)s::text[], %(ranks)s::smallint[], %(ids)s::text[])
     as i (kind, time_range, rank, spotify_id)
left join star.artist_dim a on i.kind = 'artists' and a.artist_id = i.spotify_id
left join star.track_dim t on i.kind = 'tracks' and t.track_ref = i.spotify_id
where a.artist_key is not null or t.track_key is not null
on conflict do nothing
