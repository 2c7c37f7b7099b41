-- name: contexts
insert into raw.context (content_hash, payload)
select distinct on (i.content_hash) i.content_hash, i.payload
from unnest(%(hashes)s::uuid[], %(payloads)s::jsonb[]) as i (content_hash, payload)
where not exists (select from raw.context known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing

-- name: plays
-- A play seen before, by an earlier poll or by another run a moment ago, stays as it is. Known ones are left out
-- beforehand: a conflict would wait for the merge that is marking them. What the listener forgot is not landed again.
insert into raw.recently_played (listener_id, played_at, track_ref, payload_key, context_key, poll_id)
select distinct on (i.played_at, i.track_ref)
       %(listener_id)s, i.played_at, i.track_ref, p.payload_key, c.context_key, i.poll_id
from unnest(%(played_ats)s::timestamptz[], %(refs)s::text[], %(payload_hashes)s::uuid[], %(context_hashes)s::uuid[],
            %(poll_ids)s::bigint[]) as i (played_at, track_ref, payload_hash, context_hash, poll_id)
join raw.track_payload p on p.content_hash = i.payload_hash
left join raw.context c on c.content_hash = i.context_hash
join audit.listener l on l.listener_id = %(listener_id)s and i.played_at >= coalesce(l.forgotten_before, '-infinity')
where not exists (select from raw.recently_played known
                  where known.listener_id = %(listener_id)s and known.played_at = i.played_at
                    and known.track_ref = i.track_ref)
order by i.played_at, i.track_ref, i.payload_hash
on conflict (listener_id, played_at, track_ref) do nothing

-- name: track_payloads
-- Distinct and in one order, so that two runs landing the same page wait for each other instead of deadlocking.
insert into raw.track_payload (content_hash, track_ref, payload, first_seen_at)
select distinct on (i.content_hash) i.content_hash, i.track_ref, i.payload, %(now)s
from unnest(%(hashes)s::uuid[], %(refs)s::text[], %(payloads)s::jsonb[]) as i (content_hash, track_ref, payload)
where not exists (select from raw.track_payload known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing
