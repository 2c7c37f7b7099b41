-- One merge of a listener at a time; landing does not take this lock.
select listener_id, time_zone from audit.listener where listener_id = %(listener_id)s for update
