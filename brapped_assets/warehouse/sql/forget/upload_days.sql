-- The days on which account data may tell of offline plays that ended before, and are forgotten.
select distinct uploaded_at::date as day from star.streaming_fact
where listener_id = %(listener_id)s and export_at < %(before)s and uploaded_at >= %(before)s
