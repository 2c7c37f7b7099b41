select distinct day from insights.touched_day where listener_id = %(listener_id)s order by day
