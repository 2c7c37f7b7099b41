-- Under the newest key; a token that came meanwhile stays.
update audit.listener_token set encrypted = %(encrypted)s
where listener_id = %(listener_id)s and encrypted = %(before)s
