-- The pages' own totals. They hold nothing that the fact does not: losing them costs a rebuild.
create schema insights;
comment on schema insights is 'Totals that the pages read, rebuilt for the days something touched.';

create table insights.hidden (
    hidden_id   int generated always as identity primary key,
    listener_id int not null references audit.listener on delete cascade,
    artist_key  int,
    track_key   int,
    context_uri text,
    hidden_at   timestamptz not null,
    check (num_nonnulls(artist_key, track_key, context_uri) = 1)
);
create unique index hidden_once on insights.hidden (listener_id, artist_key, track_key, context_uri) nulls not distinct;
comment on table insights.hidden is 'One row per artist, track or context that a listener keeps out of the statistics.';
comment on column insights.hidden.hidden_id is 'Key of the row.';
comment on column insights.hidden.listener_id is 'Whose statistics.';
comment on column insights.hidden.artist_key is 'A main artist, with all their tracks.';
comment on column insights.hidden.track_key is 'A track.';
comment on column insights.hidden.context_uri is 'Whatever was played from this album, playlist or artist.';
comment on column insights.hidden.hidden_at is 'Since when (UTC).';

-- Statistics leave out private sessions and what is hidden. Plays under 30 s are here, and do not count.
create view insights.shown_play as
select f.play_key, f.listener_id, f.played_at, f.played_at_local, f.played_on, f.played_hour::int as played_hour,
       f.track_key, f.ms_played, f.ms_played >= 30000 as counts, f.is_estimated, f.skipped, f.shuffle, f.offline,
       f.platform_key, f.country_key, f.in_extended
from star.streaming_fact f
where f.incognito is not true
  and not exists (select from insights.hidden h where h.listener_id = f.listener_id and h.track_key = f.track_key)
  and not exists (select from insights.hidden h join star.track_dim t on t.artist_key = h.artist_key
                   where h.listener_id = f.listener_id and t.track_key = f.track_key)
  and not exists (select from insights.hidden h join raw.context c using (context_uri)
                   where h.listener_id = f.listener_id and c.context_key = f.api_context_key);
comment on view insights.shown_play is
    'One row per play that statistics may speak of: not in a private session, not hidden. `counts`: 30 s and more.';

create table insights.hour_total (
    listener_id  int not null references audit.listener on delete cascade,
    day          date not null,
    hour         smallint not null,
    plays        int not null,
    told         int not null,
    skipped      int not null,
    shuffled     int not null,
    offline      int not null,
    ms           bigint not null,
    estimated_ms bigint not null,
    primary key (listener_id, day, hour)
);
comment on table insights.hour_total is 'One row per listener, local day and hour in which something was played.';
comment on column insights.hour_total.listener_id is 'Whose.';
comment on column insights.hour_total.day is 'Local day of the END of the plays.';
comment on column insights.hour_total.hour is 'Local hour, 0 to 23.';
comment on column insights.hour_total.plays is 'Plays of 30 s and more.';
comment on column insights.hour_total.told is 'Plays of any length whose details an extended history tells; the next three are among them.';
comment on column insights.hour_total.skipped is 'Skipped.';
comment on column insights.hour_total.shuffled is 'Played in shuffle.';
comment on column insights.hour_total.offline is 'Played offline.';
comment on column insights.hour_total.ms is 'Milliseconds of `plays`.';
comment on column insights.hour_total.estimated_ms is 'Those among `ms` that are estimated.';

create table insights.day_total (
    listener_id  int not null references audit.listener on delete cascade,
    day          date not null,
    plays        int not null,
    told         int not null,
    skipped      int not null,
    shuffled     int not null,
    offline      int not null,
    ms           bigint not null,
    estimated_ms bigint not null,
    primary key (listener_id, day)
);
comment on table insights.day_total is
    'One row per listener and local day in which something was played: the sum of its hours. All of a life by day is asked for often.';
comment on column insights.day_total.listener_id is 'Whose.';
comment on column insights.day_total.day is 'Local day of the END of the plays.';
comment on column insights.day_total.plays is 'Plays of 30 s and more.';
comment on column insights.day_total.told is 'Plays of any length whose details an extended history tells; the next three are among them.';
comment on column insights.day_total.skipped is 'Skipped.';
comment on column insights.day_total.shuffled is 'Played in shuffle.';
comment on column insights.day_total.offline is 'Played offline.';
comment on column insights.day_total.ms is 'Milliseconds of `plays`.';
comment on column insights.day_total.estimated_ms is 'Those among `ms` that are estimated.';

create table insights.artist_month (
    listener_id int not null references audit.listener on delete cascade,
    month       date not null,
    artist_key  int not null,
    plays       int not null,
    ms          bigint not null,
    first_on    date not null,
    last_on     date not null,
    primary key (listener_id, month, artist_key)
);
create index artist_month_by_artist on insights.artist_month (listener_id, artist_key);
comment on table insights.artist_month is
    'One row per listener, local month and main artist with a play of 30 s and more. Featured credits are not in it.';
comment on column insights.artist_month.listener_id is 'Whose.';
comment on column insights.artist_month.month is 'First day of the local month.';
comment on column insights.artist_month.artist_key is 'Main artist.';
comment on column insights.artist_month.plays is 'Plays of 30 s and more.';
comment on column insights.artist_month.ms is 'Their milliseconds.';
comment on column insights.artist_month.first_on is 'Local day of the first of them.';
comment on column insights.artist_month.last_on is 'Local day of the last of them.';

create table insights.track_year (
    listener_id int not null references audit.listener on delete cascade,
    year        smallint not null,
    track_key   int not null,
    plays       int not null,
    ms          bigint not null,
    first_on    date not null,
    last_on     date not null,
    primary key (listener_id, year, track_key)
);
create index track_year_by_track on insights.track_year (listener_id, track_key);
comment on table insights.track_year is 'One row per listener, local year and track with a play of 30 s and more.';
comment on column insights.track_year.listener_id is 'Whose.';
comment on column insights.track_year.year is 'Local calendar year.';
comment on column insights.track_year.track_key is 'Track.';
comment on column insights.track_year.plays is 'Plays of 30 s and more.';
comment on column insights.track_year.ms is 'Their milliseconds.';
comment on column insights.track_year.first_on is 'Local day of the first of them.';
comment on column insights.track_year.last_on is 'Local day of the last of them.';

-- Touched days. Only ever added to, without a key: whoever adds waits for nobody, and a rebuild takes away no more than
-- it has seen. Written by triggers, in the transaction of whatever changed: nobody who writes can forget it.
create table insights.touched_day (
    listener_id int not null references audit.listener on delete cascade,
    day         date not null
);
comment on table insights.touched_day is
    'Local days whose totals are behind. Until they are rebuilt, pages read these days from the fact.';
comment on column insights.touched_day.listener_id is 'Whose.';
comment on column insights.touched_day.day is 'Local day.';

create function insights.touch_added() returns trigger language plpgsql as $$
begin
    insert into insights.touched_day select distinct listener_id, played_on from added;
    return null;
end $$;
create function insights.touch_removed() returns trigger language plpgsql as $$
begin
    -- A listener who is forgotten takes their plays along.
    insert into insights.touched_day
    select distinct r.listener_id, r.played_on from removed r join audit.listener using (listener_id);
    return null;
end $$;
create function insights.touch_changed() returns trigger language plpgsql as $$
begin
    insert into insights.touched_day
    select listener_id, played_on from added union select listener_id, played_on from removed;
    return null;
end $$;
create function insights.touch_of_tracks() returns trigger language plpgsql as $$
begin
    insert into insights.touched_day
    select distinct f.listener_id, f.played_on
    from removed was join added now using (track_key) join star.streaming_fact f using (track_key)
    where was.artist_key <> now.artist_key;
    return null;
end $$;
create function insights.touch_hidden() returns trigger language plpgsql as $$
begin
    insert into insights.touched_day
    select distinct f.listener_id, f.played_on
    from moved m
    join star.streaming_fact f using (listener_id)
    join star.track_dim t on t.track_key = f.track_key
    left join raw.context c on c.context_key = f.api_context_key
    where m.track_key = f.track_key or m.artist_key = t.artist_key or m.context_uri = c.context_uri;
    return null;
end $$;
comment on function insights.touch_added is 'The days of new plays.';
comment on function insights.touch_removed is 'The days of plays that went.';
comment on function insights.touch_changed is 'The days that changed plays left and came to.';
comment on function insights.touch_of_tracks is 'The days of a track that turned out to be another artist''s.';
comment on function insights.touch_hidden is 'The days of what was hidden, or is shown again.';

create trigger touch_added after insert on star.streaming_fact
    referencing new table as added for each statement execute function insights.touch_added();
create trigger touch_removed after delete on star.streaming_fact
    referencing old table as removed for each statement execute function insights.touch_removed();
create trigger touch_changed after update on star.streaming_fact
    referencing old table as removed new table as added for each statement execute function insights.touch_changed();
create trigger touch_of_tracks after update on star.track_dim
    referencing old table as removed new table as added for each statement execute function insights.touch_of_tracks();
create trigger touch_hidden after insert on insights.hidden
    referencing new table as moved for each statement execute function insights.touch_hidden();
create trigger touch_shown_again after delete on insights.hidden
    referencing old table as moved for each statement execute function insights.touch_hidden();

-- Which state of the data a page was made of. Only ever added to, so that whoever writes waits for nobody, and cleared by
-- rebuilds, which leave a row of their own: the set of these rows never is what it was before.
create table insights.changed (
    by_transaction xid8 not null
);
comment on table insights.changed is
    'One row per transaction that changed what pages show, since the last rebuild. Two looks that find the same rows see the same data.';
comment on column insights.changed.by_transaction is 'The transaction.';

create function insights.note_change() returns trigger language plpgsql as $$
begin
    insert into insights.changed
    select pg_current_xact_id()
    where not exists (select from insights.changed where by_transaction = pg_current_xact_id());
    return null;
end $$;
comment on function insights.note_change is 'Pages made before this transaction show something older.';

do $$
declare shown text;
begin
    foreach shown in array array[
        'star.streaming_fact', 'star.track_dim', 'star.artist_dim', 'star.album_dim', 'star.track_artist', 'star.spotify_top',
        'audit.listener', 'audit.poll', 'audit.gap', 'insights.hidden'
    ] loop
        execute format('create trigger note_change after insert or update or delete or truncate on %s'
                       ' for each statement execute function insights.note_change()', shown);
    end loop;
end $$;

-- How pages ask. Totals answer for whole blocks of days nothing touched since; the days that are left, the fact itself.
-- A day lies within 24 h of its UTC namesake in every zone: found by the index on instants, told by the local day.

create function insights.hours_of(listener int, first date, until date)
returns table (day date, hour smallint, plays int, told int, skipped int, shuffled int, offline int, ms bigint,
               estimated_ms bigint)
language sql stable as $$
    select h.day, h.hour, h.plays, h.told, h.skipped, h.shuffled, h.offline, h.ms, h.estimated_ms
    from insights.hour_total h
    where h.listener_id = listener and h.day >= first and h.day < until
      and not exists (select from insights.touched_day t where t.listener_id = listener and t.day = h.day)
    union all
    select p.played_on, p.played_hour::smallint, count(*) filter (where p.counts)::int,
           count(*) filter (where p.in_extended)::int, count(*) filter (where p.in_extended and p.skipped)::int,
           count(*) filter (where p.in_extended and p.shuffle)::int,
           count(*) filter (where p.in_extended and p.offline)::int,
           coalesce(sum(p.ms_played) filter (where p.counts), 0)::bigint,
           coalesce(sum(p.ms_played) filter (where p.counts and p.is_estimated), 0)::bigint
    from (select distinct t.day from insights.touched_day t
           where t.listener_id = listener and t.day >= first and t.day < until) t
    join insights.shown_play p
      on p.listener_id = listener and p.played_on = t.day
     and p.played_at >= t.day::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < t.day::timestamp at time zone 'UTC' + interval '2 days'
    group by p.played_on, p.played_hour
$$;
comment on function insights.hours_of is
    'Rows as insights.hour_total for the local days from `first` up to, not including, `until`, never stale.';

create function insights.days_of(listener int, first date, until date)
returns table (day date, plays int, told int, skipped int, shuffled int, offline int, ms bigint, estimated_ms bigint)
language sql stable as $$
    select d.day, d.plays, d.told, d.skipped, d.shuffled, d.offline, d.ms, d.estimated_ms
    from insights.day_total d
    where d.listener_id = listener and d.day >= first and d.day < until
      and not exists (select from insights.touched_day t where t.listener_id = listener and t.day = d.day)
    union all
    select p.played_on, count(*) filter (where p.counts)::int,
           count(*) filter (where p.in_extended)::int, count(*) filter (where p.in_extended and p.skipped)::int,
           count(*) filter (where p.in_extended and p.shuffle)::int,
           count(*) filter (where p.in_extended and p.offline)::int,
           coalesce(sum(p.ms_played) filter (where p.counts), 0)::bigint,
           coalesce(sum(p.ms_played) filter (where p.counts and p.is_estimated), 0)::bigint
    from (select distinct t.day from insights.touched_day t
           where t.listener_id = listener and t.day >= first and t.day < until) t
    join insights.shown_play p
      on p.listener_id = listener and p.played_on = t.day
     and p.played_at >= t.day::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < t.day::timestamp at time zone 'UTC' + interval '2 days'
    group by p.played_on
$$;
comment on function insights.days_of is
    'Rows as insights.day_total for the local days from `first` up to, not including, `until`, never stale.';

create function insights.artists_of(listener int, first date, until date)
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
comment on function insights.artists_of is
    'Plays of 30 s and more by main artist (several rows an artist: sum them) in the local days from `first` to before `until`.';

create function insights.tracks_of(listener int, first date, until date)
returns table (track_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    with block as materialized (
        select y::date as first_of_year, greatest(y::date, first) as first, least((y + interval '1 year')::date, until) as until,
               y::date >= first and (y + interval '1 year')::date <= until
               and not exists (select from insights.touched_day t where t.listener_id = listener
                                 and t.day >= y::date and t.day < (y + interval '1 year')::date) as is_whole
        from generate_series(date_trunc('year', first::timestamp), until::timestamp - interval '1 day',
                             interval '1 year') y
    )
    select t.track_key, t.plays, t.ms, t.first_on, t.last_on
    from insights.track_year t
    where t.listener_id = listener
      and t.year = any(array(select extract(year from b.first_of_year)::smallint from block b where b.is_whole))
    union all
    select p.track_key, count(*)::int, sum(p.ms_played)::bigint, min(p.played_on), max(p.played_on)
    from block b
    join insights.shown_play p
      on p.listener_id = listener and p.counts and p.played_on >= b.first and p.played_on < b.until
     and p.played_at >= b.first::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < b.until::timestamp at time zone 'UTC' + interval '1 day'
    where not b.is_whole
    group by p.track_key, b.first_of_year
$$;
comment on function insights.tracks_of is
    'Plays of 30 s and more by track (several rows a track: sum them) in the local days from `first` to before `until`.';

-- What is there already.
insert into insights.touched_day select distinct listener_id, played_on from star.streaming_fact;
