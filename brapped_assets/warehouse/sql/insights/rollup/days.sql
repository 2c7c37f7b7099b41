insert into insights.day_total (listener_id, day, plays, told, skipped, shuffled, offline, ms, estimated_ms)
select listener_id, day, sum(plays), sum(told), sum(skipped), sum(shuffled), sum(offline), sum(ms), sum(estimated_ms)
from insights.hour_total
where listener_id = %(listener_id)s and day = any(%(days)s::date[])
group by listener_id, day
order by day
