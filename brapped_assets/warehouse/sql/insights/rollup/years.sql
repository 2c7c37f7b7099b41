-- Writes what differs, and says which tracks' years did.
with fresh as materialized (
    select p.listener_id, y.year, p.track_key, count(*) as plays, sum(p.ms_played) as ms, min(p.played_on) as first_on,
           max(p.played_on) as last_on
    from unnest(%(years)s::smallint[]) as y (year)
    join insights.shown_play p
      on p.played_at >= make_timestamptz(y.year, 1, 1, 0, 0, 0, 'UTC') - interval '1 day'
     and p.played_at < make_timestamptz(y.year + 1, 1, 1, 0, 0, 0, 'UTC') + interval '1 day'
     and p.played_on >= make_date(y.year, 1, 1) and p.played_on < make_date(y.year + 1, 1, 1)
    where p.listener_id = %(listener_id)s and p.counts
    group by p.listener_id, y.year, p.track_key
), gone as (
    delete from insights.track_year t
    where t.listener_id = %(listener_id)s and t.year = any(%(years)s::smallint[])
      and not exists (select from fresh f where f.year = t.year and f.track_key = t.track_key)
    returning t.track_key
), written as (
    insert into insights.track_year (listener_id, year, track_key, plays, ms, first_on, last_on)
    select listener_id, year, track_key, plays, ms, first_on, last_on from fresh
    -- In the order of the key its index is packed full: half the bytes.
    order by year, track_key
    on conflict (listener_id, year, track_key) do update
       set plays = excluded.plays, ms = excluded.ms, first_on = excluded.first_on, last_on = excluded.last_on
       where (track_year.plays, track_year.ms, track_year.first_on, track_year.last_on)
             is distinct from (excluded.plays, excluded.ms, excluded.first_on, excluded.last_on)
    returning track_key
)
select track_key as key from gone union select track_key from written
