insert into insights.artist_month (listener_id, month, artist_key, plays, ms, first_on, last_on)
select p.listener_id, m.month, t.artist_key, count(*), sum(p.ms_played), min(p.played_on), max(p.played_on)
from unnest(%(months)s::date[]) as m (month)
join insights.shown_play p
  on p.played_at >= m.month::timestamp at time zone 'UTC' - interval '1 day'
 and p.played_at < (m.month + interval '1 month') at time zone 'UTC' + interval '1 day'
 and p.played_on >= m.month and p.played_on < m.month + interval '1 month'
join star.track_dim t using (track_key)
where p.listener_id = %(listener_id)s and p.counts
group by p.listener_id, m.month, t.artist_key
