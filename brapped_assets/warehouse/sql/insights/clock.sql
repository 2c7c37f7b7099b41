-- One row per weekday (1 is Monday) and hour in which something was played. The first of January 1900 was a Monday;
-- extract() answers in numeric, and took half of the time.
select d.weekday, h.hour::int as hour, sum(h.plays)::int as plays, sum(h.ms)::bigint as ms
from insights.hours_of(%(listener_id)s, %(first)s, %(until)s) h
cross join lateral (select (((h.day - date '1900-01-01') %% 7) + 7) %% 7 + 1 as weekday) d
group by d.weekday, h.hour
order by d.weekday, h.hour
