-- One row per local month with a play that counts.
select date_trunc('month', d.day)::date as month, sum(d.plays)::int as plays, sum(d.ms)::bigint as ms
from insights.days_of(%(listener_id)s, %(first)s, %(until)s) d
group by 1
having sum(d.plays) > 0
order by 1
