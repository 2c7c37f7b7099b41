-- Plays of some tracks, gone through once: by local month over all time, and by local hour in a period. A row is one or the other.
select p.month, p.hour, count(*)::int as plays, sum(p.ms_played)::bigint as ms,
       coalesce(sum(p.ms_played) filter (where p.is_estimated), 0)::bigint as estimated_ms
from (select date_trunc('month', p.played_on::timestamp)::date as month, p.ms_played, p.is_estimated,
             case when p.played_on >= %(first)s and p.played_on < %(until)s then p.played_hour end as hour
        from insights.shown_play p
       where p.listener_id = %(listener_id)s and p.track_key = any(%(tracks)s::int[]) and p.counts) p
group by grouping sets ((month), (hour))
having month is not null or hour is not null
order by month, hour
