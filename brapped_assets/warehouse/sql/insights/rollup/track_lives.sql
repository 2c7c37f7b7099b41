insert into insights.track_life (listener_id, track_key, plays, ms, first_on, last_on)
select listener_id, track_key, sum(plays), sum(ms), min(first_on), max(last_on)
from insights.track_year
where listener_id = %(listener_id)s and track_key = any(%(keys)s::int[])
  -- Every year there is, so that the key's index finds a track's: one of its own would cost 4 bytes a play.
  and year = any(array(select generate_series(extract(year from min(day))::int, extract(year from max(day))::int)::smallint
                         from insights.day_total where listener_id = %(listener_id)s))
group by listener_id, track_key
order by track_key
