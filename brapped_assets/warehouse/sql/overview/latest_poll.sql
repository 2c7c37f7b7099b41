select p.run_id, p.polled_at
from audit.poll p
where p.polled_at > %(since)s
  -- One by a clock that was ahead was not made just now.
  and p.polled_at <= now() + interval '1 hour'
order by p.polled_at desc
limit 1
