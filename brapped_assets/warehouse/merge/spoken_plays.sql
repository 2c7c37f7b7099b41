-- name: stage
-- Filled by the same COPY as staged tracks, details and plays, and gone with the transaction.
set local default_statistics_target = 1;
create temporary table staged_item (
    item_number int not null, content_hash uuid, track_id text, item_ref text not null, title text not null,
    show_name text not null, show_uri text
) on commit drop;
create temporary table staged_manner (
    manner_number int not null, platform text, country text, reason_start text, reason_end text,
    shuffle boolean, skipped boolean, offline boolean, incognito boolean,
    platform_key int, country_key int, reason_start_key int, reason_end_key int
) on commit drop;
create temporary table staged_spoken (
    ended_at timestamptz not null, ms_played int not null, occurrence int not null, item_number int not null,
    manner_number int not null, uploaded_at timestamptz, told_by text,
    kind text not null default current_setting('brapped.spoken_kind')
) on commit drop

-- name: is_staged
select to_regclass('pg_temp.staged_spoken') is not null

-- name: unstage
truncate staged_item, staged_manner, staged_spoken

-- name: kind
-- What the next plays are that COPY brings.
select set_config('brapped.spoken_kind', %(kind)s, true)

-- name: copy_items
copy staged_item (item_number, content_hash, track_id, item_ref, title, show_name, show_uri) from stdin (format binary)

-- name: copy_manners
copy staged_manner (manner_number, platform, country, reason_start, reason_end, shuffle, skipped, offline, incognito)
from stdin

-- name: copy_plays
copy staged_spoken (ended_at, ms_played, occurrence, item_number, manner_number, uploaded_at) from stdin (format binary)

-- name: stage_records
-- Records of an export of ours: names, as items tell them.
insert into staged_item (item_number, item_ref, title, show_name, show_uri)
select 0, told.item_ref, split_part(one.name, chr(31), 2), split_part(one.name, chr(31), 1), told.show_uri
from jsonb_to_recordset(%(records)s::jsonb) as told (item_ref text, show_uri text, names text[])
cross join lateral unnest(told.names) one (name)

-- name: stage_plays
-- The same of plays, whose items are there.
with told as materialized (
    select t.*, row_number() over ()::int as number
    from jsonb_to_recordset(%(records)s::jsonb) as t (
        played_at timestamptz, item_ref text, ms_played int, told_by text, nth int, kind text, uploaded_at timestamptz,
        platform text, country text, reason_start text, reason_end text, shuffle boolean, skipped boolean, offline boolean,
        incognito boolean)
),
items as (
    insert into staged_item (item_number, item_ref, title, show_name)
    select t.number, t.item_ref, '', '' from told t
),
manners as (
    insert into staged_manner
    select t.number, t.platform, t.country, t.reason_start, t.reason_end, t.shuffle, t.skipped, t.offline, t.incognito
    from told t
)
insert into staged_spoken (ended_at, ms_played, occurrence, item_number, manner_number, uploaded_at, told_by, kind)
select t.played_at, t.ms_played, t.nth, t.number, t.number, t.uploaded_at, t.told_by, t.kind from told t

-- name: forgotten
-- Nothing of an item or a manner that only forgotten plays speak of comes back.
with gone as (
    delete from staged_spoken where ended_at < %(forgotten_before)s returning 1
)
select count(*)::int as plays from gone

-- name: labels
delete from staged_item t where not exists (select from staged_spoken s where s.item_number = t.item_number);
delete from staged_manner m where not exists (select from staged_spoken s where s.manner_number = m.manner_number);
analyze staged_item, staged_manner, staged_spoken;

insert into star.play_label (label)
select distinct word.label
from staged_manner m
cross join lateral (values (m.platform), (m.country), (m.reason_start), (m.reason_end)) word (label)
where word.label is not null
  and not exists (select from star.play_label known where known.label = word.label)
order by 1
on conflict (label) do nothing;

update staged_manner m
   set platform_key = (select label_key from star.play_label where label = m.platform),
       country_key = (select label_key from star.play_label where label = m.country),
       reason_start_key = (select label_key from star.play_label where label = m.reason_start),
       reason_end_key = (select label_key from star.play_label where label = m.reason_end)

-- name: items
-- Every name an item is told by is kept, for account data has nothing but names. One with a title is shown before one
-- without, then the least: whichever came first. Says whether an item that was known has a new name: what account data
-- tells of other days may then be the same.
with told as materialized (
    select t.item_ref, min(t.show_uri) as show_uri,
           array_agg(distinct (t.show_name || chr(31) || t.title) collate "C") as names,
           min((t.show_name || chr(31) || t.title) collate "C") filter (where t.title <> '') as titled,
           min((t.show_name || chr(31) || t.title) collate "C") as named
    from staged_item t
    -- In every piece come the same ones: what says nothing new of them is left out.
    where not exists (select from star.spoken_item known
                       where known.listener_id = %(listener_id)s and known.item_ref = t.item_ref
                         and known.names @> array[t.show_name || chr(31) || t.title]
                         and least(known.show_uri, t.show_uri) is not distinct from known.show_uri)
    group by t.item_ref
),
put as (
    insert into star.spoken_item as i (listener_id, item_ref, show_uri, names, show_name, title)
    select %(listener_id)s, t.item_ref, t.show_uri, t.names,
           nullif(split_part(coalesce(t.titled, t.named), chr(31), 1), ''),
           nullif(split_part(coalesce(t.titled, t.named), chr(31), 2), '')
    from told t
    order by t.item_ref
    on conflict (listener_id, item_ref) do update
       set show_uri = least(i.show_uri, excluded.show_uri),
           names = array(select distinct one collate "C" from unnest(i.names || excluded.names) one order by 1),
           (show_name, title) = (
               select nullif(split_part(one, chr(31), 1), ''), nullif(split_part(one, chr(31), 2), '')
               from unnest(i.names || excluded.names) one order by split_part(one, chr(31), 2) = '', one collate "C" limit 1)
     where not (excluded.names <@ i.names) or least(i.show_uri, excluded.show_uri) is distinct from i.show_uri
    returning i.names, i.item_ref
)
select coalesce(bool_or(p.names <> t.names), false) as is_renamed from put p join told t using (item_ref)

-- name: plays
-- A play is known by source, END, item, milliseconds and the how-many-eth of its kind in its file. Two exports may tell a
-- detail differently, or one not at all: the greater counts, whichever came first.
with told as materialized (
    select distinct on (s.ended_at, i.spoken_item_key, s.ms_played, s.occurrence, told_by)
           case when s.told_by is not null then s.told_by
                when %(source)s <> 'extended' then %(source)s
                when s.uploaded_at = s.ended_at then 'upload' else 'extended' end as told_by,
           s.kind, s.ended_at, i.spoken_item_key, s.ms_played, s.occurrence, nullif(s.uploaded_at, s.ended_at) as uploaded_at,
           m.platform_key, m.country_key, m.reason_start_key, m.reason_end_key, m.shuffle, m.skipped, m.offline, m.incognito
    from staged_spoken s
    join staged_item t using (item_number)
    join star.spoken_item i on i.listener_id = %(listener_id)s and i.item_ref = t.item_ref
    join staged_manner m using (manner_number)
    order by s.ended_at, i.spoken_item_key, s.ms_played, s.occurrence, told_by, s.manner_number
),
-- Nobody else writes plays of a listener who is locked: what is known can be looked up first, and the rest just added.
known as materialized (
    select p.*
    from (select distinct t.ended_at::date as day from told t) d
    cross join lateral (select p.spoken_key, p.told_by, p.played_at, p.spoken_item_key, p.ms_played, p.nth
                        from star.spoken_play p
                        where p.listener_id = %(listener_id)s and p.played_at >= d.day and p.played_at < d.day + 1
                        offset 0) p
),
found as materialized (
    select t.*, k.spoken_key
    from told t
    left join known k on k.played_at = t.ended_at and k.spoken_item_key = t.spoken_item_key and k.ms_played = t.ms_played
                     and k.nth = t.occurrence and k.told_by = t.told_by
),
retold as (
    update star.spoken_play p
       set kind = greatest(p.kind, f.kind), uploaded_at = greatest(p.uploaded_at, f.uploaded_at),
           platform_key = (select l.label_key from star.play_label l
                            where l.label_key in (p.platform_key, f.platform_key) order by l.label desc limit 1),
           country_key = (select l.label_key from star.play_label l
                           where l.label_key in (p.country_key, f.country_key) order by l.label desc limit 1),
           reason_start_key = (select l.label_key from star.play_label l
                                where l.label_key in (p.reason_start_key, f.reason_start_key)
                                order by l.label desc limit 1),
           reason_end_key = (select l.label_key from star.play_label l
                              where l.label_key in (p.reason_end_key, f.reason_end_key) order by l.label desc limit 1),
           shuffle = greatest(p.shuffle, f.shuffle), skipped = greatest(p.skipped, f.skipped),
           offline = greatest(p.offline, f.offline), incognito = greatest(p.incognito, f.incognito)
      from found f
     where p.spoken_key = f.spoken_key and p.spoken_key = any(array(select k.spoken_key from found k
                                                                     where k.spoken_key is not null))
       and (p.kind, p.uploaded_at, p.platform_key, p.country_key, p.reason_start_key, p.reason_end_key, p.shuffle,
            p.skipped, p.offline, p.incognito)
           is distinct from
           (f.kind, f.uploaded_at, f.platform_key, f.country_key, f.reason_start_key, f.reason_end_key, f.shuffle,
            f.skipped, f.offline, f.incognito)
)
insert into star.spoken_play (listener_id, told_by, played_at, played_at_local, spoken_item_key, ms_played, nth, kind,
                              uploaded_at, platform_key, country_key, reason_start_key, reason_end_key, shuffle, skipped,
                              offline, incognito)
select %(listener_id)s, f.told_by, f.ended_at, star.local_time(f.ended_at, %(moves)s::timestamptz[], %(zones)s::text[]),
       f.spoken_item_key, f.ms_played, f.occurrence, f.kind, f.uploaded_at, f.platform_key, f.country_key,
       f.reason_start_key, f.reason_end_key, f.shuffle, f.skipped, f.offline, f.incognito
from found f
where f.spoken_key is null
order by f.ended_at, f.spoken_item_key, f.ms_played, f.occurrence

-- name: span
-- From when to when the staged plays may say something of others, and their UTC days.
with told as materialized (
    select s.ended_at::date as day, min(s.ended_at) as first_at, max(s.ended_at) as last_at,
           max(s.uploaded_at) as uploaded_at, array_agg(distinct s.uploaded_at::date) as upload_days
    from staged_spoken s group by 1
)
select min(t.first_at) as first_at, greatest(max(t.last_at), max(t.uploaded_at)) as last_at,
       array(select e.day from told e
             union
             select other.day from told e
              cross join lateral (values ((e.last_at + interval '1 second')::date),
                                         ((e.first_at - interval '10 minutes')::date)) other (day)
             union
             select other.day from told e cross join lateral unnest(e.upload_days) other (day)
              where other.day is not null
              order by 1) as days
from told t

-- name: settle
-- What counts elsewhere, as a pure function of all sources: of an upload, what rows with an END of the same upload account
-- for; of account data, what extended history tells of the same minute, names and milliseconds; of a poll, what an export
-- tells within 90 s; of videos that name a track, what account data tells as plays of it (which are in the fact). Exports
-- may spell a name differently.
with unsure as materialized (
    select p.*, i.names, i.item_ref
    from star.spoken_play p join star.spoken_item i using (spoken_item_key)
    where p.listener_id = %(listener_id)s and (p.told_by <> 'extended' or p.kind = 'video')
      and p.played_at between %(first_at)s::timestamptz - interval '1 day' and %(last_at)s::timestamptz + interval '1 day'
),
uploads as materialized (
    select u.spoken_key,
           u.nth <= (select count(*) from star.spoken_play e
                      where e.listener_id = u.listener_id and e.spoken_item_key = u.spoken_item_key
                        and e.ms_played = u.ms_played and e.told_by = 'extended'
                        and (e.uploaded_at = u.played_at
                             or e.played_at = u.played_at and e.uploaded_at is null)) as is_told
    from unsure u where u.told_by = 'upload'
),
same as materialized (
    select distinct a.spoken_item_key, e.spoken_item_key as told_key
    from (select distinct u.spoken_item_key, star.loose_name(one.name) as name
            from unsure u cross join lateral unnest(u.names) one (name) where u.told_by in ('account', 'poll')) a
    join (select i.spoken_item_key, star.loose_name(one.name) as name
            from star.spoken_item i cross join lateral unnest(i.names) one (name)
           where i.listener_id = %(listener_id)s) e using (name)
    where e.spoken_item_key <> a.spoken_item_key
    union
    select distinct u.spoken_item_key, u.spoken_item_key from unsure u where u.told_by in ('account', 'poll')
),
accounts as materialized (
    select u.spoken_key,
           u.nth <= (select count(*)
                       from same s
                       join star.spoken_play e on e.listener_id = u.listener_id and e.spoken_item_key = s.told_key
                                              and e.ms_played = u.ms_played
                      where s.spoken_item_key = u.spoken_item_key and e.told_by in ('extended', 'upload')
                        -- Where those below can lie, for the indexes.
                        and (e.played_at >= u.played_at - interval '1 second'
                             and e.played_at < u.played_at + interval '11 minutes'
                             or e.uploaded_at >= u.played_at and e.uploaded_at < u.played_at + interval '1 minute')
                        and not exists (select from uploads k where k.spoken_key = e.spoken_key and k.is_told)
                        and (u.played_at = date_trunc('minute', e.played_at, 'UTC')
                             or u.played_at = date_trunc('minute', e.uploaded_at, 'UTC')
                             or e.uploaded_at is not null
                                and u.played_at = date_trunc('minute', e.played_at + interval '999 ms', 'UTC')
                             or e.offline and e.uploaded_at is null and e.told_by = 'extended'
                                and u.played_at between date_trunc('minute', e.played_at, 'UTC') - interval '10 minutes'
                                                    and e.played_at)) as is_told
    from unsure u where u.told_by = 'account'
),
polls as materialized (
    select u.spoken_key,
           exists (select from same s
                     join star.spoken_play e on e.listener_id = u.listener_id and e.spoken_item_key = s.told_key
                    where s.spoken_item_key = u.spoken_item_key and e.told_by <> 'poll'
                      and e.played_at between u.played_at - interval '150 s' and u.played_at + interval '90 s') as is_told
    from unsure u where u.told_by = 'poll'
),
videos as materialized (
    select u.spoken_key,
           exists (select from raw.account_play a join raw.export_track x using (export_track_key)
                    where a.listener_id = u.listener_id and a.ms_played = u.ms_played and a.times >= u.nth
                      and a.played_minute in (date_trunc('minute', u.played_at, 'UTC'),
                                              date_trunc('minute', u.uploaded_at, 'UTC'))
                      and exists (select from unnest(u.names) one
                                   where star.loose_name(split_part(one, chr(31), 2)) = star.loose_name(x.title))) as is_told
    from unsure u where u.kind = 'video' and u.told_by = 'extended' and u.item_ref like 'spotify:track:%%'
),
settled as (
    select * from uploads union all select * from accounts union all select * from polls union all select * from videos
)
update star.spoken_play p set is_told_elsewhere = s.is_told
from settled s
where p.spoken_key = s.spoken_key and p.is_told_elsewhere <> s.is_told

-- name: unsure
-- Whether anything is to settle in a stretch of time.
select exists (select from star.spoken_play p
                where p.listener_id = %(listener_id)s and (p.told_by <> 'extended' or p.kind = 'video')
                  and p.played_at between %(first_at)s::timestamptz - interval '1 day'
                                      and %(last_at)s::timestamptz + interval '1 day') as is_any

-- name: polled
-- Episodes and chapters that polls have kept aside and that are not here yet, in the order in which they were served.
select r.payload, r.kind, r.played_at
from audit.rejected_row r
where r.listener_id = %(listener_id)s and r.source = 'poll' and r.kind in ('podcast', 'audiobook')
  and r.played_at is not null
  and not exists (select from star.spoken_play p
                   where p.listener_id = r.listener_id and p.told_by = 'poll' and p.played_at = r.played_at)
order by r.first_seen_at, r.content_hash
