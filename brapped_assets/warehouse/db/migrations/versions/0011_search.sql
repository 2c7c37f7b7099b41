-- A name as search compares it: no capitals, no accents. Letters that Unicode does not take apart (ø, ß) are told here.
-- Marks that are letters' own, as Devanagari's vowels or the Japanese voiced sign, stay; Hangul falls into its letters, so that
-- a syllable is found while it is typed.
create function star.searchable(name text) returns text language sql immutable parallel safe
return translate(
    replace(replace(replace(replace(
        lower(regexp_replace(normalize(name, NFKD),
            '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+',
            '', 'g')),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    'øłđðħıςʻʼ‘’“”', 'olddhiσ''''''''""');
comment on function star.searchable is
    'A name as search compares it: compatibility forms, capitals and accents taken away. Queries go through it too.';

alter table star.artist_dim
    add column search_name text not null generated always as (star.searchable(artist_name)) stored;
alter table star.album_dim
    add column search_name text not null generated always as (star.searchable(album_name)) stored;
alter table star.track_dim
    add column search_name text not null generated always as (star.searchable(track_name)) stored;
comment on column star.artist_dim.search_name is 'The name as search compares it.';
comment on column star.album_dim.search_name is 'The name as search compares it.';
comment on column star.track_dim.search_name is 'The title as search compares it.';

create index track_dim_by_isrc on star.track_dim (isrc) where isrc is not null;

-- All of a listener's time: rank, search and the lists of all time ask for it on every page. Measured at a million plays, adding up
-- 384,000 rows of years took 400 ms for each of them.
create table insights.artist_life (
    listener_id int not null references audit.listener on delete cascade,
    artist_key  int not null,
    plays       int not null,
    ms          bigint not null,
    first_on    date not null,
    last_on     date not null,
    primary key (listener_id, artist_key)
);
comment on table insights.artist_life is 'One row per listener and main artist with a play of 30 s and more: the sum of insights.artist_month.';
comment on column insights.artist_life.listener_id is 'Whose.';
comment on column insights.artist_life.artist_key is 'Main artist.';
comment on column insights.artist_life.plays is 'Plays of 30 s and more.';
comment on column insights.artist_life.ms is 'Their milliseconds.';
comment on column insights.artist_life.first_on is 'Local day of the first of them.';
comment on column insights.artist_life.last_on is 'Local day of the last of them.';

create table insights.track_life (
    listener_id int not null references audit.listener on delete cascade,
    track_key   int not null,
    plays       int not null,
    ms          bigint not null,
    first_on    date not null,
    last_on     date not null,
    primary key (listener_id, track_key)
);
comment on table insights.track_life is 'One row per listener and track with a play of 30 s and more: the sum of insights.track_year.';
comment on column insights.track_life.listener_id is 'Whose.';
comment on column insights.track_life.track_key is 'Track.';
comment on column insights.track_life.plays is 'Plays of 30 s and more.';
comment on column insights.track_life.ms is 'Their milliseconds.';
comment on column insights.track_life.first_on is 'Local day of the first of them.';
comment on column insights.track_life.last_on is 'Local day of the last of them.';

insert into insights.artist_life
select listener_id, artist_key, sum(plays), sum(ms), min(first_on), max(last_on) from insights.artist_month group by 1, 2;
insert into insights.track_life
select listener_id, track_key, sum(plays), sum(ms), min(first_on), max(last_on) from insights.track_year group by 1, 2;

-- As before, but for a period that holds every day there is, while no day is behind.
create function insights.is_whole_life(listener int, first date, until date) returns boolean language sql stable as $$
    select not exists (select from insights.touched_day t where t.listener_id = listener)
       and first <= (select min(h.day) from insights.hour_total h where h.listener_id = listener)
       and until > (select max(h.day) from insights.hour_total h where h.listener_id = listener)
$$;
comment on function insights.is_whole_life is
    'Whether the local days from `first` to before `until` hold every play, and no day is behind.';

create or replace function insights.artists_of(listener int, first date, until date)
returns table (artist_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    select l.artist_key, l.plays, l.ms, l.first_on, l.last_on
    from insights.artist_life l
    where l.listener_id = listener and (select insights.is_whole_life(listener, first, until))
    union all
    select m.artist_key, m.plays, m.ms, m.first_on, m.last_on
    from insights.artist_months_of(listener, first, until) m
    where not (select insights.is_whole_life(listener, first, until))
$$;

create or replace function insights.tracks_of(listener int, first date, until date)
returns table (track_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    with block as materialized (
        select y::date as first_of_year, greatest(y::date, first) as first, least((y + interval '1 year')::date, until) as until,
               y::date >= first and (y + interval '1 year')::date <= until
               and not exists (select from insights.touched_day t where t.listener_id = listener
                                 and t.day >= y::date and t.day < (y + interval '1 year')::date) as is_whole
        from generate_series(date_trunc('year', first::timestamp), until::timestamp - interval '1 day',
                             interval '1 year') y
        where not insights.is_whole_life(listener, first, until)
    )
    select l.track_key, l.plays, l.ms, l.first_on, l.last_on
    from insights.track_life l
    where l.listener_id = listener and (select insights.is_whole_life(listener, first, until))
    union all
    select t.track_key, t.plays, t.ms, t.first_on, t.last_on
    from insights.track_year t
    where t.listener_id = listener and not (select insights.is_whole_life(listener, first, until))
      and t.year = any(array(select extract(year from b.first_of_year)::smallint from block b where b.is_whole))
      and (select coalesce(bool_or(b.is_whole), false) from block b)
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

-- One row each. Where a single total answers, nothing is added up: at a million plays that was two thirds of a rank (measured).
create function insights.is_whole_year(listener int, first date, until date) returns boolean language sql stable as $$
    select not insights.is_whole_life(listener, first, until)
       and first = date_trunc('year', first::timestamp)::date and until = (first + interval '1 year')::date
       and not exists (select from insights.touched_day t
                        where t.listener_id = listener and t.day >= first and t.day < until)
$$;
comment on function insights.is_whole_year is
    'Whether the local days from `first` to before `until` are a calendar year, and not all of life, without a day behind.';

create function insights.artist_sums(listener int, first date, until date)
returns table (artist_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    select l.artist_key, l.plays, l.ms, l.first_on, l.last_on
    from insights.artist_life l
    where l.listener_id = listener and (select insights.is_whole_life(listener, first, until))
    union all
    select a.artist_key, sum(a.plays)::int, sum(a.ms)::bigint, min(a.first_on), max(a.last_on)
    from insights.artists_of(listener, first, until) a
    where not (select insights.is_whole_life(listener, first, until))
    group by a.artist_key
$$;
comment on function insights.artist_sums is 'insights.artists_of with one row an artist.';

create function insights.track_sums(listener int, first date, until date)
returns table (track_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    select l.track_key, l.plays, l.ms, l.first_on, l.last_on
    from insights.track_life l
    where l.listener_id = listener and (select insights.is_whole_life(listener, first, until))
    union all
    select y.track_key, y.plays, y.ms, y.first_on, y.last_on
    from insights.track_year y
    where y.listener_id = listener and y.year = extract(year from first)::smallint
      and (select insights.is_whole_year(listener, first, until))
    union all
    select t.track_key, sum(t.plays)::int, sum(t.ms)::bigint, min(t.first_on), max(t.last_on)
    from insights.tracks_of(listener, first, until) t
    where not (select insights.is_whole_life(listener, first, until) or insights.is_whole_year(listener, first, until))
    group by t.track_key
$$;
comment on function insights.track_sums is 'insights.tracks_of with one row a track.';

create function insights.firsts_while_behind(listener int)
returns table (track_key int, first_on date)
language sql stable as $$
    with behind as materialized (
        select array(select distinct t.day from insights.touched_day t where t.listener_id = listener) as days
    ), fresh as materialized (
        select p.track_key, min(p.played_on) as first_on
        from (select distinct t.day from insights.touched_day t where t.listener_id = listener) t
        join insights.shown_play p
          on p.listener_id = listener and p.played_on = t.day and p.counts
         and p.played_at >= t.day::timestamp at time zone 'UTC' - interval '1 day'
         and p.played_at < t.day::timestamp at time zone 'UTC' + interval '2 days'
        group by p.track_key
    )
    -- A first day that nothing touched still is one; another may have come before it.
    select coalesce(k.track_key, f.track_key), least(k.first_on, f.first_on)
    from (select k.track_key, k.first_on from insights.track_life k, behind b where k.listener_id = listener and k.first_on <> all(b.days)) k
    full join (select * from fresh f
                where not exists (select from insights.track_life k, behind b
                                   where k.listener_id = listener and k.track_key = f.track_key
                                     and k.first_on = any(b.days))) f on f.track_key = k.track_key
    union all
    -- One that something touched is looked up.
    select k.track_key, p.first_on
    from behind b
    join insights.track_life k on k.listener_id = listener and k.first_on = any(b.days)
    cross join lateral (select min(p.played_on) as first_on from insights.shown_play p
                         where p.track_key = k.track_key and p.listener_id = listener and p.counts) p
    where p.first_on is not null
$$;
comment on function insights.firsts_while_behind is 'Rows as insights.firsts_of, whatever days are behind.';

create function insights.is_behind(listener int) returns boolean language sql stable as $$
    select exists (select from insights.touched_day t where t.listener_id = listener)
$$;
comment on function insights.is_behind is 'Whether a day is behind.';

create function insights.firsts_of(listener int)
returns table (track_key int, first_on date)
language sql stable as $$
    select l.track_key, l.first_on from insights.track_life l
    where l.listener_id = listener and not (select insights.is_behind(listener))
    union all
    select f.track_key, f.first_on from insights.firsts_while_behind(listener) f
    where (select insights.is_behind(listener))
$$;
comment on function insights.firsts_of is 'The local day of the first play of 30 s and more of every track, never stale.';

create function insights.artist_firsts_of(listener int)
returns table (artist_key int, first_on date)
language sql stable as $$
    select l.artist_key, l.first_on from insights.artist_life l
    where l.listener_id = listener and not (select insights.is_behind(listener))
    union all
    select t.artist_key, min(f.first_on)
    from insights.firsts_while_behind(listener) f join star.track_dim t using (track_key)
    where (select insights.is_behind(listener))
    group by t.artist_key
$$;
comment on function insights.artist_firsts_of is
    'The local day of the first play of 30 s and more of every main artist, never stale.';
