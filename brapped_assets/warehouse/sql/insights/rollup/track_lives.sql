insert into insights.track_life (listener_id, track_key, plays, ms, first_on, last_on)
select listener_id, track_key, sum(plays), sum(ms), min(first_on), max(last_on)
from insights.track_year
where listener_id = %(listener_id)s and track_key = any(%(keys)s::int[])
group by listener_id, track_key
order by track_key
