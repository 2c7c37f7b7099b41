-- Tracks played on the touched days, or first played on one of them as far as was known.
insert into insights.track_first (listener_id, track_key, first_on)
select y.listener_id, y.track_key, min(y.first_on)
from insights.track_year y
where y.listener_id = %(listener_id)s
  and y.track_key in (
      select k.track_key from insights.track_first k
       where k.listener_id = %(listener_id)s and k.first_on = any(%(days)s::date[])
      union
      select p.track_key
      from unnest(%(firsts)s::date[], %(untils)s::date[]) as s (first, until)
      join insights.shown_play p
        on p.listener_id = %(listener_id)s and p.counts
       and p.played_at >= s.first::timestamp at time zone 'UTC' - interval '1 day'
       and p.played_at < s.until::timestamp at time zone 'UTC' + interval '1 day'
       and p.played_on >= s.first and p.played_on < s.until)
group by y.listener_id, y.track_key
on conflict (listener_id, track_key) do update set first_on = excluded.first_on
where track_first.first_on <> excluded.first_on
