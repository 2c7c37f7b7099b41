delete from insights.hidden where listener_id = %(listener_id)s and hidden_id = %(hidden_id)s
