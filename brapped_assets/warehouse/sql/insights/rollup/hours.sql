-- A day lies within 24 h of its UTC namesake in every zone: found by the index on instants, told apart by the local day.
insert into insights.hour_total (listener_id, day, hour, plays, told, skipped, shuffled, offline, ms, estimated_ms)
select p.listener_id, p.played_on, p.played_hour, count(*) filter (where p.counts),
       count(*) filter (where p.in_extended), count(*) filter (where p.in_extended and p.skipped),
       count(*) filter (where p.in_extended and p.shuffle), count(*) filter (where p.in_extended and p.offline),
       coalesce(sum(p.ms_played) filter (where p.counts), 0),
       coalesce(sum(p.ms_played) filter (where p.counts and p.is_estimated), 0)
from unnest(%(firsts)s::date[], %(untils)s::date[]) as s (first, until)
join insights.shown_play p
  on p.played_at >= s.first::timestamp at time zone 'UTC' - interval '1 day'
 and p.played_at < s.until::timestamp at time zone 'UTC' + interval '1 day'
 and p.played_on >= s.first and p.played_on < s.until
where p.listener_id = %(listener_id)s
group by p.listener_id, p.played_on, p.played_hour
order by p.played_on, p.played_hour
