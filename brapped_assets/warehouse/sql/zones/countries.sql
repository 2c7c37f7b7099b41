-- From where there were plays on each UTC day, as exports tell it.
select (f.played_at at time zone 'UTC')::date as day, upper(c.label) as country, count(*)::int as plays,
       min(f.played_at) as first_at, max(f.played_at) as last_at
from star.streaming_fact f
join star.play_label c on c.label_key = f.country_key
where f.listener_id = %(listener_id)s
group by 1, 2
order by 1, 2
