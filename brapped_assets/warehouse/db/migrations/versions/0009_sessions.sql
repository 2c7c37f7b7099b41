-- Sessions and devices: over the fact, a year of a keen listener takes a tenth of a second each, a decade a second.
create table insights.session (
    listener_id int not null references audit.listener on delete cascade,
    day         date not null,
    started_at  timestamptz not null,
    ended_at    timestamptz not null,
    plays       int not null,
    ms          bigint not null
);
create index session_by_day on insights.session (listener_id, day);
comment on table insights.session is
    'One row per stretch of plays of 30 s and more with at most 30 minutes of silence between one and the next.';
comment on column insights.session.listener_id is 'Whose.';
comment on column insights.session.day is 'First local day on which one of its plays ended.';
comment on column insights.session.started_at is 'When its first play began (UTC).';
comment on column insights.session.ended_at is 'When its last play ended (UTC).';
comment on column insights.session.plays is 'Plays of 30 s and more.';
comment on column insights.session.ms is 'Their milliseconds: without the silence.';

create table insights.device_day (
    listener_id  int not null references audit.listener on delete cascade,
    day          date not null,
    platform_key int not null,
    plays        int not null,
    ms           bigint not null,
    primary key (listener_id, day, platform_key)
);
comment on table insights.device_day is
    'One row per listener, local day and device (as an export words it) with a play of 30 s and more.';
comment on column insights.device_day.listener_id is 'Whose.';
comment on column insights.device_day.day is 'Local day of the END of the plays.';
comment on column insights.device_day.platform_key is 'The export''s word: star.play_label.';
comment on column insights.device_day.plays is 'Plays of 30 s and more.';
comment on column insights.device_day.ms is 'Their milliseconds.';

create function insights.devices_of(listener int, first date, until date)
returns table (day date, platform_key int, plays int, ms bigint)
language sql stable as $$
    select d.day, d.platform_key, d.plays, d.ms
    from insights.device_day d
    where d.listener_id = listener and d.day >= first and d.day < until
      and not exists (select from insights.touched_day t where t.listener_id = listener and t.day = d.day)
    union all
    select p.played_on, p.platform_key, count(*)::int, sum(p.ms_played)::bigint
    from (select distinct t.day from insights.touched_day t
           where t.listener_id = listener and t.day >= first and t.day < until) t
    join insights.shown_play p
      on p.listener_id = listener and p.played_on = t.day and p.counts and p.platform_key is not null
     and p.played_at >= t.day::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < t.day::timestamp at time zone 'UTC' + interval '2 days'
    group by p.played_on, p.platform_key
$$;
comment on function insights.devices_of is
    'Rows as insights.device_day for the local days from `first` up to, not including, `until`, never stale.';

create function insights.sessions_within(listener int, since timestamptz, until timestamptz)
returns table (day date, started_at timestamptz, ended_at timestamptz, plays int, ms bigint)
language sql stable as $$
    select min(n.played_on), min(n.began_at), max(n.played_at), count(*)::int, sum(n.ms_played)::bigint
    from (select b.*, count(*) filter (where b.after_silence) over (order by b.played_at, b.play_key) as nth
          from (select p.played_on, p.played_at, p.play_key, p.ms_played,
                       p.played_at - p.ms_played * interval '1 millisecond' as began_at,
                       p.played_at - p.ms_played * interval '1 millisecond'
                           - lag(p.played_at) over (order by p.played_at, p.play_key) > interval '30 minutes' as after_silence
                from insights.shown_play p
                where p.listener_id = listener and p.counts and p.played_at >= since and p.played_at <= until) b) n
    group by n.nth
$$;
comment on function insights.sessions_within is 'Rows as insights.session of the plays that ended in a stretch of time.';

-- Two days to either side: a day lies within 24 h of its UTC namesake in every zone, and no play lasts a day.
create function insights.spans_around(listener int, days date[])
returns table (span_start timestamptz, span_end timestamptz)
language sql stable as $$
    with around as materialized (
        select range_agg(tstzrange((d - 2)::timestamp at time zone 'UTC', (d + 2)::timestamp at time zone 'UTC', '[]')) as spans
        from unnest(days) as d
    ), whole as (
        select spans from around where spans is not null
        union all
        select tstzmultirange(tstzrange(s.started_at, s.ended_at, '[]'))
        from insights.session s, around a
        where s.listener_id = listener and tstzrange(s.started_at, s.ended_at, '[]') && a.spans
    )
    select lower(r), upper(r) from (select unnest(range_agg(spans)) as r from whole) r
$$;
comment on function insights.spans_around is
    'The stretches of time in which sessions must be told afresh when these local days change: as far as known sessions reach.';

create function insights.sessions_of(listener int, first date, until date)
returns table (day date, started_at timestamptz, ended_at timestamptz, plays int, ms bigint)
language sql stable as $$
    with span as materialized (
        select s.span_start, s.span_end
        from insights.spans_around(
            listener, array(select distinct t.day from insights.touched_day t where t.listener_id = listener)) s
    )
    select s.day, s.started_at, s.ended_at, s.plays, s.ms
    from insights.session s
    where s.listener_id = listener and s.day >= first and s.day < until
      and not exists (select from span x where s.started_at <= x.span_end and s.ended_at >= x.span_start)
    union all
    select w.day, w.started_at, w.ended_at, w.plays, w.ms
    from span x cross join lateral insights.sessions_within(listener, x.span_start, x.span_end) w
    where w.day >= first and w.day < until
$$;
comment on function insights.sessions_of is
    'Rows as insights.session that began on the local days from `first` up to, not including, `until`, never stale.';

-- What is there already.
insert into insights.touched_day select distinct listener_id, played_on from star.streaming_fact;
