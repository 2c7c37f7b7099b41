insert into raw.context (content_hash, payload)
select distinct on (i.content_hash) i.content_hash, i.payload
from unnest(%(hashes)s::uuid[], %(payloads)s::jsonb[]) as i (content_hash, payload)
where not exists (select from raw.context known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing
