insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, parser_version, times,
                                in_files, first_seen_at, last_seen_at)
select %(listener_id)s, 'import', i.content_hash, min(i.payload), min(i.reason), %(parser_version)s, count(*),
       jsonb_build_object(%(content_hash)s::text, count(*)), %(now)s, %(now)s
from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[]) as i (content_hash, payload, reason)
where audit.latest_end('import', i.payload, %(now)s)
      >= coalesce((select l.forgotten_before from audit.listener l where l.listener_id = %(listener_id)s), '-infinity')
group by i.content_hash
order by i.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = rejected_row.times + excluded.times, last_seen_at = excluded.last_seen_at,
       in_files = rejected_row.in_files
                  || jsonb_build_object(%(content_hash)s::text,
                                        coalesce((rejected_row.in_files ->> %(content_hash)s::text)::int, 0) + excluded.times),
       reason = excluded.reason, parser_version = excluded.parser_version
