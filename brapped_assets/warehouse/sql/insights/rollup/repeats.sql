insert into insights.day_repeat (listener_id, day, track_key, plays, ms)
select distinct on (p.played_on) p.listener_id, p.played_on, p.track_key, count(*), sum(p.ms_played)
from unnest(%(firsts)s::date[], %(untils)s::date[]) as s (first, until)
join insights.shown_play p
  on p.played_at >= s.first::timestamp at time zone 'UTC' - interval '1 day'
 and p.played_at < s.until::timestamp at time zone 'UTC' + interval '1 day'
 and p.played_on >= s.first and p.played_on < s.until
where p.listener_id = %(listener_id)s and p.counts
group by p.listener_id, p.played_on, p.track_key
order by p.played_on, count(*) desc, sum(p.ms_played) desc, p.track_key
