-- name: countries
-- From where there were plays on each local day, as exports tell it.
select heard.day, upper(c.label) as country, heard.plays, heard.first_at, heard.last_at
from (select f.played_on as day, f.country_key, count(*)::int as plays,
             min(f.played_at) as first_at, max(f.played_at) as last_at
        from star.streaming_fact f
       where f.listener_id = %(listener_id)s and f.country_key is not null
       group by 1, 2) heard
join star.play_label c on c.label_key = heard.country_key
order by heard.day, country
