-- One row per weekday (1 is Monday) and hour in which something was played.
select d.weekday, h.hour::int as hour, sum(h.plays)::int as plays, sum(h.ms)::bigint as ms
from insights.hours_of(%(listener_id)s, %(first)s, %(until)s) h,
     lateral (select extract(isodow from h.day)::int as weekday) d
group by d.weekday, h.hour
order by d.weekday, h.hour
