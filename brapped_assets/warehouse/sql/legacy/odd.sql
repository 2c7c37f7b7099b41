-- Read again, the same rows are the same: they are counted once.
insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, parser_version, times,
                                first_seen_at, last_seen_at)
select %(listener_id)s, 'legacy', i.content_hash, min(i.payload), min(i.reason), %(parser_version)s, count(*),
       %(now)s, %(now)s
from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[]) as i (content_hash, payload, reason)
where audit.latest_end('legacy', i.payload, %(now)s)
      >= coalesce((select l.forgotten_before from audit.listener l where l.listener_id = %(listener_id)s), '-infinity')
group by i.content_hash
order by i.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = greatest(rejected_row.times, excluded.times), last_seen_at = excluded.last_seen_at,
       reason = excluded.reason, parser_version = excluded.parser_version
