delete from insights.artist_month where listener_id = %(listener_id)s and month = any(%(months)s::date[])
