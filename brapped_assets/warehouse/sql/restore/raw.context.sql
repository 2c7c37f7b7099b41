insert into raw.context (content_hash, payload)
select told.content_hash, told.payload
from jsonb_to_recordset(%(records)s::jsonb) as told (content_hash uuid, payload jsonb)
where not exists (select from raw.context known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing
