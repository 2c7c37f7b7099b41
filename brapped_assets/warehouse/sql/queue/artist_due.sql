select a.artist_id as spotify_id
from star.artist_dim a
left join lateral (select sum(w.plays) as plays from star.track_dim t join audit.lookup_weight w using (track_key)
                    where t.artist_key = a.artist_key) p on true
where a.artist_id is not null and (a.ask_again_at is null or a.ask_again_at <= %(now)s)
order by p.plays desc nulls last, a.artist_id
limit %(limit)s
