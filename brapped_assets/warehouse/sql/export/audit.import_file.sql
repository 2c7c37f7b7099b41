select to_jsonb(i) - '{file_id,listener_id}'::text[] as record
from audit.import_file i where i.listener_id = %(listener_id)s
order by i.file_id
