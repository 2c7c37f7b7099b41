-- Plays of a main artist by local month, ever: totals for months that nothing touched since, the others counted.
with behind as materialized (
    select distinct date_trunc('month', day::timestamp)::date as month
    from insights.touched_day
    where listener_id = %(listener_id)s
)
select a.month, a.plays, a.ms
from insights.artist_month a
where a.listener_id = %(listener_id)s and a.artist_key = %(key)s
  and not exists (select from behind b where b.month = a.month)
union all
select b.month, count(*)::int, sum(p.ms_played)::bigint
from behind b
join insights.shown_play p
  on p.played_at >= b.month::timestamp at time zone 'UTC' - interval '1 day'
 and p.played_at < (b.month + interval '1 month') at time zone 'UTC' + interval '1 day'
 and p.played_on >= b.month and p.played_on < b.month + interval '1 month'
where p.listener_id = %(listener_id)s and p.track_key = any(%(tracks)s::int[]) and p.counts
group by b.month
order by 1
