-- The song on repeat: counted over the fact, a decade takes a second; a row a day takes a millisecond.
create table insights.day_repeat (
    listener_id int not null references audit.listener on delete cascade,
    day         date not null,
    track_key   int not null,
    plays       int not null,
    ms          bigint not null,
    primary key (listener_id, day)
);
comment on table insights.day_repeat is
    'One row per listener and local day: its most played song. Ties fall to milliseconds, then to the older key.';
comment on column insights.day_repeat.listener_id is 'Whose.';
comment on column insights.day_repeat.day is 'Local day of the END of the plays.';
comment on column insights.day_repeat.track_key is 'Track.';
comment on column insights.day_repeat.plays is 'Its plays of 30 s and more on that day.';
comment on column insights.day_repeat.ms is 'Their milliseconds.';

create function insights.repeats_of(listener int, first date, until date)
returns table (day date, track_key int, plays int, ms bigint)
language sql stable as $$
    select r.day, r.track_key, r.plays, r.ms
    from insights.day_repeat r
    where r.listener_id = listener and r.day >= first and r.day < until
      and not exists (select from insights.touched_day t where t.listener_id = listener and t.day = r.day)
    union all
    select s.played_on, s.track_key, s.plays, s.ms
    from (select distinct on (p.played_on) p.played_on, p.track_key, count(*)::int as plays, sum(p.ms_played)::bigint as ms
            from (select distinct t.day from insights.touched_day t
                   where t.listener_id = listener and t.day >= first and t.day < until) t
            join insights.shown_play p
              on p.listener_id = listener and p.played_on = t.day and p.counts
             and p.played_at >= t.day::timestamp at time zone 'UTC' - interval '1 day'
             and p.played_at < t.day::timestamp at time zone 'UTC' + interval '2 days'
           group by p.played_on, p.track_key
           order by p.played_on, count(*) desc, sum(p.ms_played) desc, p.track_key) s
$$;
comment on function insights.repeats_of is
    'Rows as insights.day_repeat for the local days from `first` up to, not including, `until`, never stale.';

-- The race and the comeback need the months apart; what `artists_of` adds up is its own affair.
create function insights.artist_months_of(listener int, first date, until date)
returns table (artist_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    with block as materialized (
        select m::date as month, greatest(m::date, first) as first, least((m + interval '1 month')::date, until) as until,
               m::date >= first and (m + interval '1 month')::date <= until
               and not exists (select from insights.touched_day t where t.listener_id = listener
                                 and t.day >= m::date and t.day < (m + interval '1 month')::date) as is_whole
        from generate_series(date_trunc('month', first::timestamp), until::timestamp - interval '1 day',
                             interval '1 month') m
    )
    select a.artist_key, a.plays, a.ms, a.first_on, a.last_on
    from insights.artist_month a
    where a.listener_id = listener and a.month = any(array(select b.month from block b where b.is_whole))
      -- Without one the planner would read them all and keep none.
      and (select coalesce(bool_or(b.is_whole), false) from block b)
    union all
    select t.artist_key, count(*)::int, sum(p.ms_played)::bigint, min(p.played_on), max(p.played_on)
    from block b
    join insights.shown_play p
      on p.listener_id = listener and p.counts and p.played_on >= b.first and p.played_on < b.until
     and p.played_at >= b.first::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < b.until::timestamp at time zone 'UTC' + interval '1 day'
    join star.track_dim t on t.track_key = p.track_key
    where not b.is_whole
    group by t.artist_key, b.month
$$;
comment on function insights.artist_months_of is
    'Plays of 30 s and more by main artist and month, a row each, in the local days from `first` to before `until`.';

-- What is there already.
insert into insights.touched_day select distinct listener_id, played_on from star.streaming_fact;
