-- Plays of some tracks by local hour.
select p.played_hour as hour, count(*)::int as plays, sum(p.ms_played)::bigint as ms,
       coalesce(sum(p.ms_played) filter (where p.is_estimated), 0)::bigint as estimated_ms
from insights.shown_play p
where p.listener_id = %(listener_id)s and p.track_key = any(%(tracks)s::int[]) and p.counts
  and p.played_on >= %(first)s and p.played_on < %(until)s
  and p.played_at >= %(first)s::timestamp at time zone 'UTC' - interval '1 day'
  and p.played_at < %(until)s::timestamp at time zone 'UTC' + interval '1 day'
group by p.played_hour
order by p.played_hour
