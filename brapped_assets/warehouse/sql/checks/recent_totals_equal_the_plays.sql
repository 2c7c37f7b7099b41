-- The days of the last polls, and one in a hundred of all days, another hundredth every hour: all of them in a hundred
-- hours. Touched days wait for their rebuild and are answered from the fact.
with day as (
    select d.listener_id, d.played_on as day
    from (select distinct f.listener_id, f.played_on from star.streaming_fact f where f.played_at >= %(since)s
          union
          select h.listener_id, h.day from insights.hour_total h
           where (h.day - date '2000-01-01') %% 100 = floor(extract(epoch from %(now)s::timestamptz) / 3600)::int %% 100) d
    where not exists (select from insights.touched_day t where t.listener_id = d.listener_id and t.day = d.played_on)
),
counted as (
    select p.listener_id, p.played_on as day, p.played_hour::smallint as hour, count(*) filter (where p.counts)::int as plays,
           coalesce(sum(p.ms_played) filter (where p.counts), 0)::bigint as ms
    from day d
    join insights.shown_play p
      on p.listener_id = d.listener_id and p.played_on = d.day
     and p.played_at >= d.day::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < d.day::timestamp at time zone 'UTC' + interval '2 days'
    group by p.listener_id, p.played_on, p.played_hour
),
total as (
    select h.listener_id, h.day, h.hour, h.plays, h.ms
    from insights.hour_total h join day d using (listener_id, day)
)
select listener_id, day, hour, c.plays as counted, t.plays as total, c.ms as counted_ms, t.ms as total_ms
from counted c full join total t using (listener_id, day, hour)
where (c.plays, c.ms) is distinct from (t.plays, t.ms)
order by listener_id, day, hour
