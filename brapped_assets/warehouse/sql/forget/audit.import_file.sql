with gone as (
    delete from audit.import_file i where i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s
)
update audit.import_file i set first_at = %(before)s
where i.listener_id = %(listener_id)s and i.first_at < %(before)s and i.last_at >= %(before)s
