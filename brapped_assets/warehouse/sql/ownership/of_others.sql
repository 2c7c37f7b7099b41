-- Files with plays that other listeners have imported, and this one has not.
select i.content_hash, min(l.display_name) as display_name
from audit.import_file i
join audit.listener l using (listener_id)
where i.content_hash = any(%(content_hashes)s) and i.listener_id <> %(listener_id)s
  and i.plays_added + i.plays_matched + i.plays_told_twice + i.plays_known > 0
  and not exists (select from audit.import_file own
                  where own.listener_id = %(listener_id)s and own.content_hash = i.content_hash)
group by i.content_hash
