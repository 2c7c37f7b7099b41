-- One row per item, also for what the listener forgot and is not kept: it counts as met before.
with item as (
    select distinct on (i.content_hash) i.content_hash, i.payload, i.reason,
           audit.latest_end('poll', i.payload, %(now)s) >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[]) as i (content_hash, payload, reason)
    join audit.listener l on l.listener_id = %(listener_id)s
    order by i.content_hash
),
kept as (
    insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, parser_version, times, poll_id,
                                    first_seen_at, last_seen_at)
    select %(listener_id)s, 'poll', i.content_hash, i.payload, i.reason, %(parser_version)s, 1, %(poll_id)s, %(now)s,
           %(now)s
    from item i where i.is_kept
    order by i.content_hash
    on conflict (listener_id, source, content_hash) do update
       set times = rejected_row.times + 1, last_seen_at = excluded.last_seen_at,
           reason = excluded.reason, parser_version = excluded.parser_version
    returning poll_id
)
select poll_id from kept union all select null from item where not is_kept
