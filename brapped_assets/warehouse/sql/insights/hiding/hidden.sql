select h.hidden_id, h.artist_key, h.track_key, h.context_uri, h.hidden_at, h.why, a.artist_name, t.track_name,
       ta.artist_name as track_artist_name,
       (select c.context_type from raw.context c where c.context_uri = h.context_uri limit 1) as context_type
from insights.hidden h
left join star.artist_dim a on a.artist_key = h.artist_key
left join star.track_dim t on t.track_key = h.track_key
left join star.artist_dim ta on ta.artist_key = t.artist_key
where h.listener_id = %(listener_id)s
order by h.hidden_at desc, h.hidden_id desc
