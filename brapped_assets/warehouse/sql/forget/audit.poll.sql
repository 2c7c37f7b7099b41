-- A poll that something kept still points at stays, and tells no instant from before.
with gone as (
    delete from audit.poll p
    where p.listener_id = %(listener_id)s and p.polled_at < %(before)s
      and not exists (select from raw.recently_played r where r.poll_id = p.poll_id)
      and not exists (select from audit.gap g where g.poll_id = p.poll_id)
      and not exists (select from audit.rejected_row r where r.poll_id = p.poll_id)
    returning p.poll_id
)
update audit.poll p set oldest_at = greatest(p.oldest_at, %(before)s), newest_at = greatest(p.newest_at, %(before)s)
where p.listener_id = %(listener_id)s and p.oldest_at < %(before)s and %(before)s <> 'infinity'::timestamptz
  and p.poll_id not in (select poll_id from gone)
