select jsonb_build_object('from_at', h.from_at, 'until_at', h.until_at, 'track_ref', t.track_ref,
                          'hidden_at', h.hidden_at, 'why', h.why) as record
from insights.hidden_time h
left join star.track_dim t on t.track_key = h.track_key
where h.listener_id = %(listener_id)s and (h.track_key is null or t.track_key is not null)
order by h.hidden_at, h.hidden_time_id
