insert into insights.track_year (listener_id, year, track_key, plays, ms, first_on, last_on)
select p.listener_id, y.year, p.track_key, count(*), sum(p.ms_played), min(p.played_on), max(p.played_on)
from unnest(%(years)s::smallint[]) as y (year)
join insights.shown_play p
  on p.played_at >= make_timestamptz(y.year, 1, 1, 0, 0, 0, 'UTC') - interval '1 day'
 and p.played_at < make_timestamptz(y.year + 1, 1, 1, 0, 0, 0, 'UTC') + interval '1 day'
 and p.played_on >= make_date(y.year, 1, 1) and p.played_on < make_date(y.year + 1, 1, 1)
where p.listener_id = %(listener_id)s and p.counts
group by p.listener_id, y.year, p.track_key
