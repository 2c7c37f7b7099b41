delete from insights.track_year where listener_id = %(listener_id)s and year = any(%(years)s::smallint[])
