-- Not the row itself: samples stay in Dagster's history, where nobody forgets them.
select listener_id, reason, times, first_seen_at, last_seen_at, content_hash from audit.rejected_row
where source = 'poll'
order by last_seen_at desc
