-- One row per local day on which something was played.
select h.day, sum(h.plays)::int as plays, sum(h.ms)::bigint as ms, sum(h.estimated_ms)::bigint as estimated_ms,
       sum(h.told)::int as told, sum(h.skipped)::int as skipped, sum(h.shuffled)::int as shuffled,
       sum(h.offline)::int as offline
from insights.hours_of(%(listener_id)s, %(first)s, %(until)s) h
group by h.day
order by h.day
