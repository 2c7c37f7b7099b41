select h.hidden_time_id, h.from_at, h.until_at, h.track_key, h.hidden_at, h.why, t.track_name, a.artist_name,
       (select count(*) from star.streaming_fact f
         where f.listener_id = h.listener_id and f.played_at >= h.from_at and f.played_at < h.until_at
           and (h.track_key is null or f.track_key = h.track_key)) as plays
from insights.hidden_time h
left join star.track_dim t on t.track_key = h.track_key
left join star.artist_dim a on a.artist_key = t.artist_key
where h.listener_id = %(listener_id)s
order by h.hidden_at desc, h.hidden_time_id desc
