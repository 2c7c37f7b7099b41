select jsonb_build_object('file_hash', i.content_hash, 'archive', m.archive, 'running_number', m.running_number,
                          'met_at', m.met_at) as record
from audit.archive_member m join audit.import_file i using (file_id)
where i.listener_id = %(listener_id)s
order by i.file_id, m.archive
