-- One row per local month with a play that counts.
select date_trunc('month', h.day)::date as month, sum(h.plays)::int as plays, sum(h.ms)::bigint as ms
from insights.hours_of(%(listener_id)s, %(first)s, %(until)s) h
group by 1
having sum(h.plays) > 0
order by 1
