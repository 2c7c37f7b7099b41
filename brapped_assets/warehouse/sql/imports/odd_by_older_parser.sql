select content_hash, payload as payload_text, coalesce(in_files, '{}') as in_files from audit.rejected_row
where listener_id = %(listener_id)s and source = %(source)s and parser_version < %(parser_version)s
order by content_hash
for update
