select p.run_id, p.polled_at
from audit.poll p
where p.polled_at > %(since)s
order by p.polled_at desc
limit 1
