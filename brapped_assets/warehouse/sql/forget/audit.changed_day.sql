-- Which days went is noted for a week, so that no page shows them on. With a listener the notes go, too.
delete from audit.changed_day where listener_id = %(listener_id)s and %(before)s = 'infinity'::timestamptz
