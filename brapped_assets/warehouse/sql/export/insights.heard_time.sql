select jsonb_build_object('from_at', h.from_at, 'until_at', h.until_at, 'said_at', h.said_at) as record
from insights.heard_time h
where h.listener_id = %(listener_id)s
order by h.said_at, h.heard_time_id
