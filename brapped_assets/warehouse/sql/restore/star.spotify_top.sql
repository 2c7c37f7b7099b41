insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key, track_key)
select %(listener_id)s, told.taken_on, told.kind, told.time_range, told.rank, a.artist_key, t.track_key
from jsonb_to_recordset(%(records)s::jsonb)
     as told (taken_on date, kind text, time_range text, rank smallint, artist_id text, track_ref text)
join audit.listener l on l.listener_id = %(listener_id)s
cross join lateral audit.zones_of(l.listener_id) held
left join star.artist_dim a on told.kind = 'artists' and a.artist_id = told.artist_id
left join star.track_dim t on told.kind = 'tracks' and t.track_ref = told.track_ref
where (a.artist_key is not null or t.track_key is not null)
  and told.taken_on >= coalesce(star.local_time(l.forgotten_before, held.moves, held.zones)::date, '-infinity')
order by told.taken_on, told.kind, told.time_range, told.rank
on conflict do nothing
