-- Whoever rebuilds takes the days it has seen; what is touched meanwhile stays for the next.
delete from insights.touched_day where listener_id = %(listener_id)s returning day
