delete from audit.rejected_row r
where r.listener_id = %(listener_id)s and audit.latest_end(r.source, r.payload, r.first_seen_at) < %(before)s
