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
