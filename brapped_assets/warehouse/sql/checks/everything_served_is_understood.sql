select listener_id, reason, times, first_seen_at, last_seen_at, left(payload, 200) as payload from audit.rejected_row
where source = 'poll'
order by last_seen_at desc
