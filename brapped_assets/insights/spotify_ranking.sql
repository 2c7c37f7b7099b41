-- name: spotify_top
-- Spotify's own ranking, the newest of each list.
select s.kind, s.time_range, s.rank::int as rank, s.taken_on, s.artist_key, a.artist_id, s.track_key, t.track_id,
       coalesce(a.artist_name, ta.artist_name) as artist_name, t.track_name
from star.spotify_top s
join (select kind, time_range, max(taken_on) as taken_on from star.spotify_top
       where listener_id = %(listener_id)s group by kind, time_range) newest using (kind, time_range, taken_on)
left join star.artist_dim a on a.artist_key = s.artist_key
left join star.track_dim t on t.track_key = s.track_key
left join star.artist_dim ta on ta.artist_key = t.artist_key
where s.listener_id = %(listener_id)s and s.rank <= %(limit)s
order by s.kind, s.time_range, s.rank
