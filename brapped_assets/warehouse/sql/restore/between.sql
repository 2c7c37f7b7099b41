-- Two collections of one listener, this one and the exported one, may have a hole between them, in which neither polled.
insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
select l.listener_id, greatest(least(here.until_at, %(collected_until)s), l.forgotten_before),
       greatest(l.collected_since, %(collected_since)s),
       'between two collections', here.poll_id
from audit.listener l
cross join lateral (
    select (select max(r.played_at) from raw.recently_played r where r.listener_id = l.listener_id) as until_at,
           (select min(p.poll_id) from audit.poll p where p.listener_id = l.listener_id) as poll_id) here
where l.listener_id = %(listener_id)s and here.poll_id is not null
  and greatest(l.collected_since, %(collected_since)s) > least(here.until_at, %(collected_until)s)
  and greatest(l.collected_since, %(collected_since)s) > coalesce(l.forgotten_before, '-infinity')
  and l.collected_since is not null and %(collected_since)s::timestamptz is not null
  and here.until_at is not null and %(collected_until)s::timestamptz is not null
on conflict (listener_id, gap_start, gap_end) do nothing
