delete from insights.hidden_time where listener_id = %(listener_id)s and hidden_time_id = %(hidden_id)s
