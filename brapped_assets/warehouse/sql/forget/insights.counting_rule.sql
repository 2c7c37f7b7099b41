-- It tells of no play: whoever forgets some of them keeps it.
delete from insights.counting_rule c
where c.listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
