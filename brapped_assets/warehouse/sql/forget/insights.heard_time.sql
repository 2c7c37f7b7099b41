delete from insights.heard_time h
where h.listener_id = %(listener_id)s and h.from_at < %(before)s
