-- Blocks with a touched day wait for their rebuild and are answered from the fact.
with play as materialized (
    select p.listener_id, p.played_on, p.played_hour, date_trunc('month', p.played_on)::date as month,
           extract(year from p.played_on)::smallint as year, p.track_key, t.artist_key, p.counts, p.ms_played
    from insights.shown_play p join star.track_dim t using (track_key)
),
counted as (
    select listener_id, 'hour' as what, played_on as since, played_hour as key,
           count(*) filter (where counts) as plays, coalesce(sum(ms_played) filter (where counts), 0) as ms
    from play group by listener_id, played_on, played_hour
    union all
    select listener_id, 'day', played_on, 0, count(*) filter (where counts), coalesce(sum(ms_played) filter (where counts), 0)
    from play group by listener_id, played_on
    union all
    select listener_id, 'artist', month, artist_key, count(*), sum(ms_played) from play where counts
    group by listener_id, month, artist_key
    union all
    select listener_id, 'track', make_date(year, 1, 1), track_key, count(*), sum(ms_played) from play where counts
    group by listener_id, year, track_key
    union all
    select listener_id, 'artist of all time', date '-infinity', artist_key, count(*), sum(ms_played) from play where counts
    group by listener_id, artist_key
    union all
    select listener_id, 'track of all time', date '-infinity', track_key, count(*), sum(ms_played) from play where counts
    group by listener_id, track_key
),
total as (
    select listener_id, 'hour' as what, day as since, hour::int as key, plays::bigint as plays, ms::numeric as ms
    from insights.hour_total
    union all
    select listener_id, 'day', day, 0, plays, ms from insights.day_total
    union all
    select listener_id, 'artist', month, artist_key, plays, ms from insights.artist_month
    union all
    select listener_id, 'track', make_date(year, 1, 1), track_key, plays, ms from insights.track_year
    union all
    select listener_id, 'artist of all time', date '-infinity', artist_key, plays, ms from insights.artist_life
    union all
    select listener_id, 'track of all time', date '-infinity', track_key, plays, ms from insights.track_life
)
select listener_id, what, since, key, c.plays as counted, t.plays as total, c.ms as counted_ms, t.ms as total_ms
from counted c full join total t using (listener_id, what, since, key)
where (c.plays, c.ms) is distinct from (t.plays, t.ms)
  and not exists (select from insights.touched_day d
                   where d.listener_id = coalesce(c.listener_id, t.listener_id)
                     and d.day >= since
                     and d.day < case what when 'hour' then since + interval '1 day' when 'day' then since + interval '1 day'
                                           when 'artist' then since + interval '1 month'
                                           when 'track' then since + interval '1 year' else 'infinity' end)
order by listener_id, what, since, key
