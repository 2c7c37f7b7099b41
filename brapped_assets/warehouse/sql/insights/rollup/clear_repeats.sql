delete from insights.day_repeat where listener_id = %(listener_id)s and day = any(%(days)s::date[])
