-- One merge of a listener at a time. Not `for update`: that would also stop landing, whose rows point at this one.
select listener_id, time_zone, forgotten_before from audit.listener
where listener_id = %(listener_id)s for no key update
