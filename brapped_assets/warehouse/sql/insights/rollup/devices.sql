insert into insights.device_day (listener_id, day, platform_key, plays, ms)
select p.listener_id, p.played_on, p.platform_key, count(*), sum(p.ms_played)
from unnest(%(firsts)s::date[], %(untils)s::date[]) as s (first, until)
join insights.shown_play p
  on p.played_at >= s.first::timestamp at time zone 'UTC' - interval '1 day'
 and p.played_at < s.until::timestamp at time zone 'UTC' + interval '1 day'
 and p.played_on >= s.first and p.played_on < s.until
where p.listener_id = %(listener_id)s and p.counts and p.platform_key is not null
group by p.listener_id, p.played_on, p.platform_key
