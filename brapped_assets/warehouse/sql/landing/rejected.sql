insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, parser_version, times, poll_id,
                                first_seen_at, last_seen_at)
select distinct on (i.content_hash)
       %(listener_id)s, 'poll', i.content_hash, i.payload, i.reason, %(parser_version)s, 1, %(poll_id)s, %(now)s, %(now)s
from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[]) as i (content_hash, payload, reason)
order by i.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = rejected_row.times + 1, last_seen_at = excluded.last_seen_at,
       reason = excluded.reason, parser_version = excluded.parser_version
returning poll_id
