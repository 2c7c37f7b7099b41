-- name: poll
-- `landed` and `overlapped` are filled by `proof` (gap_proof.sql), in the same transaction.
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, oldest_at, newest_at, overlapped,
                        clock_skew_ms, keys_missing, keys_new)
values (%(listener_id)s, %(run_id)s, %(polled_at)s, %(items)s, 0, %(rejected)s, %(oldest_at)s, %(newest_at)s, false,
        %(clock_skew_ms)s, %(keys_missing)s, %(keys_new)s)
returning poll_id

-- name: has_landed
-- What was forgotten since had landed, too.
select exists (select from raw.recently_played where listener_id = %(listener_id)s)
    or exists (select from audit.rejected_row where listener_id = %(listener_id)s and source = 'poll')
    or exists (select from audit.listener l where l.listener_id = %(listener_id)s
                and l.collected_since is not null and l.forgotten_before is not null) as has_landed

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

-- name: rejected
-- One row per item, also for what the listener forgot and is not kept: it counts as met before.
with item as (
    select distinct on (i.content_hash) i.*,
           audit.latest_end('poll', i.payload, %(now)s) >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[], %(kinds)s::text[],
                %(played_ats)s::timestamptz[], %(presences)s::boolean[])
         as i (content_hash, payload, reason, kind, played_at, tells_presence)
    join audit.listener l on l.listener_id = %(listener_id)s
    order by i.content_hash
),
kept as (
    insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, kind, played_at, parser_version,
                                    times, poll_id, first_seen_at, last_seen_at)
    select %(listener_id)s, 'poll', i.content_hash, i.payload, i.reason, i.kind, i.played_at, %(parser_version)s, 1,
           %(poll_id)s, %(now)s, %(now)s
    from item i where i.is_kept
    order by i.content_hash
    on conflict (listener_id, source, content_hash) do update
       set times = rejected_row.times + 1, last_seen_at = excluded.last_seen_at, reason = excluded.reason,
           kind = excluded.kind, played_at = excluded.played_at, parser_version = excluded.parser_version
    returning content_hash, poll_id
)
select kept.poll_id, item.tells_presence from kept join item using (content_hash)
union all
select null, item.tells_presence from item where not is_kept

-- name: rejected_by_older_parser
-- When an item was served, Spotify's date tells; without one, this machine's clock did, which may have been wrong.
select r.source, r.content_hash, r.payload, r.poll_id,
       case when p.clock_skew_ms is not null then p.polled_at else %(now)s::timestamptz end as served_at
from audit.rejected_row r
left join audit.poll p on p.poll_id = r.poll_id
where r.listener_id = %(listener_id)s and r.source = 'poll'
  and (r.parser_version < %(parser_version)s or (r.kind = 'impossible_time' and p.clock_skew_ms is null))
order by r.content_hash
for update of r

-- name: rejected_reread
update audit.rejected_row
   set parser_version = %(parser_version)s, reason = %(reason)s, kind = %(kind)s, played_at = %(played_at)s
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s

-- name: rejected_understood
delete from audit.rejected_row
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s
