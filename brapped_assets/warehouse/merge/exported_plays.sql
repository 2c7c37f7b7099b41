-- name: add_names
analyze staged_track, staged_detail;

insert into star.play_label (label)
select distinct word.label
from staged_detail p
cross join lateral (values (p.platform), (p.country), (p.reason_start), (p.reason_end)) word (label)
where word.label is not null
  and not exists (select from star.play_label known where known.label = word.label)
order by 1
on conflict (label) do nothing;

update staged_detail s
   set platform_key = (select label_key from star.play_label where label = s.platform),
       country_key = (select label_key from star.play_label where label = s.country),
       reason_start_key = (select label_key from star.play_label where label = s.reason_start),
       reason_end_key = (select label_key from star.play_label where label = s.reason_end);

insert into raw.export_track (content_hash, track_ref, track_id, title, artist, album)
select s.content_hash, s.track_ref, s.track_id, s.title, s.artist, s.album
from staged_track s
where not exists (select from raw.export_track known where known.content_hash = s.content_hash)
order by s.content_hash
on conflict (content_hash) do nothing;

-- Tracks that are new, on no album, or on a greater one that no payload has told of: whichever export came first, the least
-- album counts.
create temporary table met on commit drop as
select s.track_ref, s.track_id, s.title, s.artist, s.album, s.content_hash, t.track_key, t.album_key as was_key,
       star.named_album_ref(nullif(s.artist, ''), nullif(s.album, '')) as album_ref
from staged_track s
left join star.track_dim t using (track_ref)
left join star.album_dim al using (album_key)
where t.track_key is null
   or (s.album <> ''
       and (t.album_key is null
            or ((t.payload_key is null or (al.album_id is null and al.payload_key is null))
                and (s.album, s.artist) < (al.album_name, coalesce(al.artist_name, '')))));

analyze met;

-- An export names no artist's id. Whoever is not known by that name yet is provisional, until a track of theirs is read.
-- It names the album's artist, and who that is of a compilation is nobody: such tracks have the unknown artist until then.
insert into star.artist_dim (artist_name)
select named.artist
from (select distinct star.somebody(told.artist) as artist
        from (select distinct m.artist from met m where m.track_key is null) told) named
where not exists (select from star.artist_of(null, named.artist))
order by 1
on conflict do nothing;

-- The albums that extended history names: provisional, as its artists are.
insert into star.album_dim (album_ref, album_name, artist_name)
select distinct on (m.album_ref) m.album_ref, m.album, nullif(m.artist, '')
from met m
where m.album_ref is not null
  and not exists (select from star.album_dim known where known.album_ref = m.album_ref)
order by m.album_ref, m.album
on conflict (album_ref) do nothing;

-- Tracks the star does not know yet, and those that go to another album (see albums.sql).
with named as materialized (
    select distinct on (m.track_ref) m.track_ref, m.track_key, m.was_key, al.album_key
    from met m join star.album_dim al using (album_ref)
    order by m.track_ref, m.album, m.artist
),
-- One that somebody else is writing at this moment is left to them: waiting for it could become a deadlock.
free as materialized (
    select t.track_key, n.album_key
    from named n
    join star.track_dim t on t.track_key = n.track_key and t.album_key is not distinct from n.was_key
    for no key update of t skip locked
),
moved as (
    update star.track_dim t set album_key = free.album_key from free where t.track_key = free.track_key
),
artist as materialized (
    select told.artist, star.somebody(told.artist) as known_as
    from (select distinct m.artist from met m where m.track_key is null) told
),
fresh as materialized (
    select distinct on (m.track_ref) m.track_ref, m.track_id, coalesce(nullif(m.title, ''), m.track_ref) as title,
           a.known_as as artist
    from met m join artist a using (artist)
    where m.track_key is null
    order by m.track_ref, m.content_hash
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key)
select fresh.track_ref, fresh.track_id, fresh.title, known.artist_key, named.album_key
from fresh
-- Left: a track without an artist is an error, and none at all a play lost.
left join lateral star.artist_of(null, fresh.artist) known on true
left join named using (track_ref)
order by fresh.track_ref
on conflict (track_ref) do nothing;

-- The keys of the tracks that are staged, found once for all files whose plays follow.
create temporary table numbered on commit drop as
select s.track_number, s.track_ref, x.export_track_key, d.track_key
from staged_track s
join raw.export_track x using (content_hash)
join star.track_dim d on d.track_ref = s.track_ref;

analyze numbered

-- name: land
-- What account data tells is kept whole: of each minute, track and milliseconds as often as the file that tells it most.
with told as materialized (
    select p.ended_at, x.export_track_key, p.ms_played, p.occurrence
    from staged_play p
    join staged_track t using (track_number)
    join raw.export_track x using (content_hash)
    where p.occurrence > coalesce((select a.times from raw.account_play a
                                    where a.listener_id = %(listener_id)s and a.played_minute = p.ended_at
                                      and a.export_track_key = x.export_track_key and a.ms_played = p.ms_played), 0)
),
landed as (
    insert into raw.account_play as a (listener_id, played_minute, export_track_key, ms_played, times)
    select %(listener_id)s, t.ended_at, t.export_track_key, t.ms_played, max(t.occurrence)
    from told t
    group by t.ended_at, t.export_track_key, t.ms_played
    order by t.ended_at, t.export_track_key, t.ms_played
    on conflict (listener_id, played_minute, export_track_key, ms_played) do update set times = excluded.times
)
select count(*)::int as plays, coalesce(array_agg(distinct t.ended_at::date), '{}') as days from told t

-- name: stored
-- The halves of extended history that are stored on the days of what is staged. A table of its own, for the planner to
-- know how many: a guess made the difference between 0.1 and 9 s.
insert into stored
select f.play_key, f.export_at, f.uploaded_at, x.track_ref, f.export_ms, f.export_nth, f.platform_key, f.country_key,
       f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped, f.offline, f.incognito
from (select distinct ended_at::date as day from staged_play) d
-- Days, not one span: a single offline play from years ago would read all of them. Found by played_at, which is indexed
-- and, of a matched play, the polled instant.
cross join lateral (select * from star.streaming_fact f
                     where f.listener_id = %(listener_id)s
                       and f.played_at between d.day - 2 * %(reach)s and d.day + 1 + 2 * %(reach)s
                       and f.export_at >= d.day and f.export_at < d.day + 1 and f.in_extended
                    offset 0) f
join raw.export_track x using (export_track_key)

-- name: uploads
-- When the offline plays among the staged ones were uploaded. A play that several rows tell of has the latest upload of
-- them, whichever came first. Returns the days on which account data may tell of stored plays whose upload is news.
with told as materialized (
    select s.ended_at, t.track_ref, s.ms_played, max(s.uploaded_at) as uploaded_at
    from staged_play s join staged_track t using (track_number)
    where s.uploaded_at <> s.ended_at
    group by s.ended_at, t.track_ref, s.ms_played
),
latest as materialized (
    select t.ended_at, t.track_ref, t.ms_played, greatest(t.uploaded_at, max(k.uploaded_at)) as uploaded_at
    from told t
    left join stored k on k.export_at = t.ended_at and k.track_ref = t.track_ref and k.export_ms = t.ms_played
                      and k.uploaded_at <> k.export_at
    group by t.ended_at, t.track_ref, t.ms_played, t.uploaded_at
),
staged as (
    update staged_play s set uploaded_at = l.uploaded_at
    from latest l join staged_track t using (track_ref)
    where s.track_number = t.track_number and s.ended_at = l.ended_at and s.ms_played = l.ms_played
      and s.uploaded_at is distinct from l.uploaded_at and s.uploaded_at is distinct from s.ended_at
),
news as materialized (
    select k.play_key, k.export_at, k.uploaded_at as before, l.uploaded_at
    from stored k
    join latest l on l.ended_at = k.export_at and l.track_ref = k.track_ref and l.ms_played = k.export_ms
    where k.uploaded_at is distinct from l.uploaded_at and k.uploaded_at is distinct from k.export_at
),
updated as (
    update star.streaming_fact f set uploaded_at = n.uploaded_at
    from news n where f.play_key = n.play_key and f.play_key = any(array(select m.play_key from news m))
)
select distinct d.day
from news n
cross join lateral (values (n.export_at::date), ((n.export_at + interval '1 second')::date), (n.before::date),
                           (n.uploaded_at::date)) d (day)
where d.day is not null

-- name: known_extended
-- Extended history. A row is known by END, track, milliseconds and the how-many-eth of its kind in its file, so
-- that a play is there as often as the file tells it that tells it most. What is stored leaves the staged plays.
with known as (
    delete from staged_play s
    using staged_track t, stored k
    where t.track_number = s.track_number and k.export_at = s.ended_at and k.track_ref = t.track_ref
      and k.export_ms = s.ms_played and k.export_nth = s.occurrence
      and (s.uploaded_at is not distinct from s.ended_at) = %(is_unstamped)s
      and (k.uploaded_at is not distinct from k.export_at) = %(is_unstamped)s
    returning k.*, s.detail_number
),
-- Two exports may tell a detail differently, or one not at all: the greater counts, whichever came first.
retold as (
    select f.play_key,
           case when platform.label >= n.platform then f.platform_key else coalesce(n.platform_key, f.platform_key) end
               as platform_key,
           case when country.label >= n.country then f.country_key else coalesce(n.country_key, f.country_key) end
               as country_key,
           case when reason_start.label >= n.reason_start then f.reason_start_key
                else coalesce(n.reason_start_key, f.reason_start_key) end as reason_start_key,
           case when reason_end.label >= n.reason_end then f.reason_end_key
                else coalesce(n.reason_end_key, f.reason_end_key) end as reason_end_key,
           greatest(n.shuffle, f.shuffle) as shuffle, greatest(n.skipped, f.skipped) as skipped,
           greatest(n.offline, f.offline) as offline, greatest(n.incognito, f.incognito) as incognito
    from known f
    join staged_detail n using (detail_number)
    left join star.play_label platform on platform.label_key = f.platform_key
    left join star.play_label country on country.label_key = f.country_key
    left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
    left join star.play_label reason_end on reason_end.label_key = f.reason_end_key
    where (n.platform_key, n.country_key, n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline,
           n.incognito)
          is distinct from (f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped,
                            f.offline, f.incognito)
)
update star.streaming_fact f
   set platform_key = n.platform_key, country_key = n.country_key, reason_start_key = n.reason_start_key,
       reason_end_key = n.reason_end_key, shuffle = n.shuffle, skipped = n.skipped, offline = n.offline,
       incognito = n.incognito
  from retold n
 where f.play_key = n.play_key and f.play_key = any(array(select r.play_key from retold r))
   and (n.platform_key, n.country_key, n.reason_start_key, n.reason_end_key, n.shuffle, n.skipped, n.offline,
        n.incognito)
       is distinct from (f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped,
                         f.offline, f.incognito)

-- name: superseded
-- Offline plays whose END nothing told, and for which a row that tells it is about to be added: as many as there are such
-- rows of the same upload, track and milliseconds.
with unstamped as materialized (
    select f.play_key, f.export_at, x.track_ref, f.export_ms,
           row_number() over (partition by f.export_at, x.track_ref, f.export_ms order by f.export_nth desc) as place
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at = f.export_at
),
told as (
    select coalesce(s.uploaded_at, s.ended_at) as ts, t.track_ref, s.ms_played, count(*) as times
    from staged_play s join staged_track t using (track_number)
    where coalesce(s.uploaded_at, s.ended_at) in (select u.export_at from unstamped u)
      and s.uploaded_at is distinct from s.ended_at
    group by 1, 2, 3
),
gone as materialized (
    select u.play_key, u.export_at
    from unstamped u
    join told t on t.ts = u.export_at and t.track_ref = u.track_ref and t.ms_played = u.export_ms
    where u.place <= t.times
),
forgotten as (
    delete from stored k using gone g where k.play_key = g.play_key
)
select play_key, export_at from gone

-- name: unstamped
-- Staged offline plays whose END nothing tells: those that rows with an END account for, of the same upload, track and
-- milliseconds, leave; the others are counted from 1 on.
with unstamped as materialized (
    select s.ctid as staged, s.ended_at as ts, t.track_ref, s.ms_played, s.occurrence
    from staged_play s join staged_track t using (track_number)
    where s.uploaded_at = s.ended_at
),
stamped as (
    select k.export_at as ts, k.track_ref, k.export_ms as ms_played
    from stored k
    where k.uploaded_at is null and k.export_at in (select u.ts from unstamped u)
    union all
    select f.uploaded_at, x.track_ref, f.export_ms
    from star.streaming_fact f join raw.export_track x using (export_track_key)
    where f.listener_id = %(listener_id)s and f.uploaded_at in (select u.ts from unstamped u) and f.uploaded_at <> f.export_at
    union all
    select coalesce(s.uploaded_at, s.ended_at), t.track_ref, s.ms_played
    from staged_play s join staged_track t using (track_number)
    where coalesce(s.uploaded_at, s.ended_at) in (select u.ts from unstamped u)
      and s.uploaded_at is distinct from s.ended_at
),
accounted as materialized (
    select u.staged, u.occurrence, count(s.ts) as times
    from unstamped u
    left join stamped s on s.ts = u.ts and s.track_ref = u.track_ref and s.ms_played = u.ms_played
    group by u.staged, u.occurrence
),
gone as (
    delete from staged_play s using accounted a where s.ctid = a.staged and a.occurrence <= a.times
)
update staged_play s set occurrence = s.occurrence - a.times
from accounted a where s.ctid = a.staged and a.occurrence > a.times

-- name: added
-- Every play of extended history that is left becomes a row.
insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                 export_at, uploaded_at, export_track_key, export_ms, export_nth, in_extended,
                                 platform_key, country_key, reason_start_key, reason_end_key, shuffle, skipped, offline,
                                 incognito)
select %(listener_id)s, p.ended_at, star.local_time(p.ended_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       t.track_key, p.ms_played, false, p.ended_at, p.uploaded_at, t.export_track_key, p.ms_played, p.occurrence, true,
       d.platform_key, d.country_key, d.reason_start_key, d.reason_end_key, d.shuffle, d.skipped, d.offline, d.incognito
from staged_play p
join numbered t using (track_number)
join staged_detail d using (detail_number)
order by p.ended_at, t.track_ref

-- name: left
-- What is left to tell: its UTC days, those on which account data may tell of its offline plays (`candidates` in account_data.sql),
-- and the key that all rows of this merge will lie above.
select array(select distinct ended_at::date from staged_play order by 1) as days,
       array(select distinct other.day
               from staged_play s
               cross join lateral (values (s.uploaded_at::date), ((s.ended_at + interval '1 second')::date)) other (day)
              where s.uploaded_at is not null
             union
             select distinct (s.ended_at - interval '10 minutes')::date
               from staged_play s join staged_detail d using (detail_number)
              where s.uploaded_at is null and d.offline) as upload_days,
       (select coalesce(max(play_key), 0) from star.streaming_fact) as newest_key
