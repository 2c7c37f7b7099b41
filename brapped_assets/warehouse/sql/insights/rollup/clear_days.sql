delete from insights.day_total where listener_id = %(listener_id)s and day = any(%(days)s::date[])
