-- When an item was served, Spotify's date tells; without one, this machine's clock did, which may have been wrong.
select r.source, r.content_hash, r.payload, r.poll_id,
       case when p.clock_skew_ms is not null then p.polled_at else %(now)s::timestamptz end as served_at
from audit.rejected_row r
left join audit.poll p on p.poll_id = r.poll_id
where r.listener_id = %(listener_id)s and r.source = 'poll'
  and (r.parser_version < %(parser_version)s or (r.kind = 'impossible_time' and p.clock_skew_ms is null))
order by r.content_hash
for update of r
