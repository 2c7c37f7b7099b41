select source, content_hash, payload, poll_id from audit.rejected_row
where listener_id = %(listener_id)s and source = 'poll' and parser_version < %(parser_version)s
order by content_hash
for update
