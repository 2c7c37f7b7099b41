-- One row per local day on which something was played.
select d.day, d.plays, d.ms, d.estimated_ms, d.told, d.skipped, d.shuffled, d.offline
from insights.days_of(%(listener_id)s, %(first)s, %(until)s) d
order by d.day
