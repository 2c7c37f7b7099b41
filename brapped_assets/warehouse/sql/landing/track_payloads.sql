-- Distinct and in one order, so that two runs landing the same page wait for each other instead of deadlocking.
insert into raw.track_payload (content_hash, track_ref, payload, first_seen_at)
select distinct on (i.content_hash) i.content_hash, i.track_ref, i.payload, %(now)s
from unnest(%(hashes)s::uuid[], %(refs)s::text[], %(payloads)s::jsonb[]) as i (content_hash, track_ref, payload)
where not exists (select from raw.track_payload known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing
