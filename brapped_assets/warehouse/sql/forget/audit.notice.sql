delete from audit.notice where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
