-- name: known
select rows_read, plays_added + plays_matched + plays_told_twice + plays_known as plays,
       plays_forgotten as forgotten, rows_other as other,
       rows_odd as odd, finished_at is not null as is_finished
from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s

-- name: met
insert into audit.archive_member (file_id, archive, running_number, met_at)
select f.file_id, %(archive)s, %(running_number)s, %(now)s
from audit.import_file f
where f.listener_id = %(listener_id)s and f.content_hash = %(content_hash)s
  and not exists (select from audit.archive_member known where known.file_id = f.file_id and known.archive = %(archive)s)
on conflict (file_id, archive) do nothing

-- name: merged
select content_hash, rows_read as rows, plays_forgotten as forgotten, finished_at is not null as is_whole,
       reader_version >= %(reader_version)s as is_current
from audit.import_file where listener_id = %(listener_id)s

-- name: to_read_again
select count(*)::int from audit.import_file
where listener_id = %(listener_id)s and finished_at is not null and reader_version < %(reader_version)s

-- name: read_again
update audit.import_file set reader_version = greatest(reader_version, %(reader_version)s), plays_told = coalesce(%(plays_told)s, plays_told)
where listener_id = %(listener_id)s and content_hash = %(content_hash)s

-- name: begin
insert into audit.import_file (listener_id, content_hash, kind, name, started_at, username_hash)
select %(listener_id)s, %(content_hash)s, %(kind)s, %(name)s, %(now)s,
       salt || sha256(salt || convert_to(lower(%(username)s::text), 'UTF8'))
from uuid_send(gen_random_uuid()) as salt
where not exists (select from audit.import_file known
                  where known.listener_id = %(listener_id)s and known.content_hash = %(content_hash)s)
on conflict (listener_id, content_hash) do nothing

-- name: lock
-- Somebody else may be importing the same file.
select rows_read, finished_at is not null as is_finished
from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s
for update

-- name: odd
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

-- name: told_by
select name, plays_told from audit.import_file where listener_id = %(listener_id)s and content_hash = %(content_hash)s

-- name: advance
-- In the transaction that merged the piece: what is written here is there, and nothing else is. A file vouches for no time
-- that the listener forgot.
update audit.import_file i
   set rows_read = %(rows_read)s,
       plays_added = i.plays_added + %(added)s, plays_matched = i.plays_matched + %(matched)s,
       plays_told_twice = i.plays_told_twice + %(told_twice)s, plays_known = i.plays_known + %(known)s,
       plays_forgotten = i.plays_forgotten + %(forgotten)s,
       plays_told = coalesce(%(plays_told)s, i.plays_told),
       rows_other = %(rows_other)s, rows_odd = %(rows_odd)s,
       first_at = case when span.last_at >= coalesce(l.forgotten_before, '-infinity')
                       then greatest(span.first_at, l.forgotten_before) end,
       last_at = case when span.last_at >= coalesce(l.forgotten_before, '-infinity') then span.last_at end,
       finished_at = case when %(is_last)s then %(now)s::timestamptz end,
       reader_version = case when %(is_last)s then %(reader_version)s else i.reader_version end
  from audit.listener l, audit.import_file before,
       lateral (select least(before.first_at, %(first_at)s) as first_at,
                       greatest(before.last_at, %(last_at)s) as last_at) span
 where i.listener_id = %(listener_id)s and i.content_hash = %(content_hash)s
   and l.listener_id = i.listener_id and before.file_id = i.file_id

-- name: odd_by_older_parser
select content_hash, payload as payload_text, coalesce(in_files, '{}') as in_files from audit.rejected_row
where listener_id = %(listener_id)s and source = %(source)s and parser_version < %(parser_version)s
order by content_hash
for update

-- name: rejected_again
update audit.rejected_row set parser_version = %(parser_version)s
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s

-- name: tell_more
update audit.import_file set plays_told = coalesce(plays_told, '') || %(plays_told)s
where listener_id = %(listener_id)s and content_hash = %(content_hash)s
