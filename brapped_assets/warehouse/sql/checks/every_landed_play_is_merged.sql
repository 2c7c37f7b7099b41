-- Landed a minute and more before the last merge began: what another run lands at this moment has its merge ahead.
select r.listener_id, r.played_at, p.polled_at, l.merged_at
from raw.recently_played r
join audit.poll p using (poll_id)
join audit.listener l on l.listener_id = r.listener_id
where not r.is_merged and p.polled_at < l.merged_at - interval '1 minute' and p.polled_at >= %(since)s
order by r.played_at
