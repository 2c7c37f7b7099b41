-- Plays of some tracks by local month, ever.
select date_trunc('month', p.played_on::timestamp)::date as month, count(*)::int as plays, sum(p.ms_played)::bigint as ms
from insights.shown_play p
where p.listener_id = %(listener_id)s and p.track_key = any(%(tracks)s::int[]) and p.counts
group by 1
order by 1
