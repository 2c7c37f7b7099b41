insert into insights.artist_life (listener_id, artist_key, plays, ms, first_on, last_on)
select listener_id, artist_key, sum(plays), sum(ms), min(first_on), max(last_on)
from insights.artist_month
where listener_id = %(listener_id)s and artist_key = any(%(keys)s::int[])
group by listener_id, artist_key
order by artist_key
