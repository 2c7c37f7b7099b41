-- Milliseconds by weekday (1 Monday) and local hour.
select extract(isodow from h.day)::int as weekday, h.hour::int as hour, sum(h.ms)::bigint as ms
from insights.hours_of(%(listener_id)s, %(first)s, %(until)s) h
where h.plays > 0
group by 1, 2
