delete from insights.device_day where listener_id = %(listener_id)s and day = any(%(days)s::date[])
