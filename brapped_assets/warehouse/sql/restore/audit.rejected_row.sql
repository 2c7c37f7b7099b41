insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, kind, played_at, parser_version, times,
                                in_files, poll_id, first_seen_at, last_seen_at)
select %(listener_id)s, told.source, told.content_hash, told.payload, told.reason, coalesce(told.kind, 'not_understood'),
       told.played_at, told.parser_version, told.times, told.in_files,
       (select min(p.poll_id) from audit.poll p
         where p.listener_id = %(listener_id)s and p.polled_at = (r.record ->> 'polled_at')::timestamptz),
       told.first_seen_at, told.last_seen_at
from jsonb_array_elements(%(records)s::jsonb) as r (record)
cross join lateral jsonb_populate_record(null::audit.rejected_row, r.record) told
join audit.listener l on l.listener_id = %(listener_id)s
where audit.latest_end(told.source, told.payload, told.first_seen_at) >= coalesce(l.forgotten_before, '-infinity')
order by told.source, told.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = greatest(rejected_row.times, excluded.times),
       first_seen_at = least(rejected_row.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(rejected_row.last_seen_at, excluded.last_seen_at)
