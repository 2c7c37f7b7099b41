select a.artist_id as spotify_id
from star.artist_dim a
left join (select t.artist_key, count(*) as plays
             from star.streaming_fact f join star.track_dim t using (track_key) group by t.artist_key) p using (artist_key)
where a.artist_id is not null and (a.ask_again_at is null or a.ask_again_at <= %(now)s)
order by p.plays desc nulls last, a.artist_id
limit %(limit)s
