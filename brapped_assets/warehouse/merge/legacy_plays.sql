-- name: tracks
insert into raw.legacy_track (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
select told.*
from unnest(%(hashes)s::uuid[], %(refs)s::text[], %(track_ids)s::text[], %(titles)s::text[], %(artists)s::text[],
            %(artist_ids)s::text[], %(durations)s::int[])
     as told (content_hash, track_ref, track_id, title, artist, artist_id, duration_ms)
where not exists (select from raw.legacy_track known where known.content_hash = told.content_hash)
order by told.content_hash
on conflict (content_hash) do nothing

-- name: artists_by_id
insert into star.artist_dim (artist_id, artist_name)
select distinct on (l.artist_id) l.artist_id, coalesce(nullif(l.artist, ''), 'Unknown artist')
from raw.legacy_track l
where l.content_hash = any(%(hashes)s::uuid[]) and star.somebodys_id(l.artist_id, nullif(l.artist, '')) is not null
  and not exists (select from star.artist_dim known where known.artist_id = l.artist_id)
order by l.artist_id, l.artist desc
on conflict do nothing

-- name: artists_by_name
-- Whoever is told without an id and not known by that name is provisional, as in exports.
insert into star.artist_dim (artist_name)
select distinct told.artist_name
from (select star.somebody(l.artist) as artist_name from raw.legacy_track l
       where l.content_hash = any(%(hashes)s::uuid[])
         and star.somebodys_id(l.artist_id, nullif(l.artist, '')) is null) told
where not exists (select from star.artist_of(null, told.artist_name))
order by told.artist_name
on conflict do nothing

-- name: star_tracks
-- Tracks the star does not know yet; of those it knows, title and length where these are not known.
insert into star.track_dim (track_ref, track_id, track_name, artist_key, duration_ms)
select distinct on (l.track_ref) l.track_ref, l.track_id, coalesce(nullif(l.title, ''), l.track_ref), artist.artist_key,
       l.duration_ms
from raw.legacy_track l
cross join lateral star.artist_of(star.somebodys_id(l.artist_id, nullif(l.artist, '')), star.somebody(l.artist)) artist
where l.content_hash = any(%(hashes)s::uuid[])
order by l.track_ref, l.artist_id is null, l.title = '', l.duration_ms is null, l.content_hash
on conflict (track_ref) do update
   set track_name = case when track_dim.track_name = track_dim.track_ref then excluded.track_name
                         else track_dim.track_name end,
       duration_ms = coalesce(track_dim.duration_ms, excluded.duration_ms)
   where (track_dim.track_name = track_dim.track_ref and excluded.track_name <> track_dim.track_name)
      or (track_dim.duration_ms is null and excluded.duration_ms is not null)

-- name: land
insert into raw.legacy_play (listener_id, played_at, legacy_track_key)
select distinct %(listener_id)s, told.played_at, l.legacy_track_key
from unnest(%(instants)s::timestamptz[], %(play_hashes)s::uuid[]) as told (played_at, content_hash)
join raw.legacy_track l using (content_hash)
order by told.played_at, l.legacy_track_key
on conflict (listener_id, played_at, legacy_track_key) do nothing
returning played_at

-- name: halves
-- The old tables' halves of the fact are, in these stretches of time, made what the landed rows say. A row is a repeat
-- where a better one of the same track lies within the drift: one with an id, then the earlier. What is no repeat is a
-- play; by what a row and its neighbours say, so it does not matter which came first.
with told as materialized (
    select near.played_at, near.legacy_track_key, l.track_ref, l.track_id, l.title, l.artist, l.duration_ms,
           l.content_hash
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select r.played_at, r.legacy_track_key from raw.legacy_play r
                         where r.listener_id = %(listener_id)s
                           and r.played_at between s.first_at - %(drift)s and s.last_at + %(drift)s
                        offset 0) near
    join raw.legacy_track l using (legacy_track_key)
),
play as materialized (
    select t.played_at, t.legacy_track_key, t.track_ref, t.duration_ms
    from told t
    cross join lateral (
        select count(*) as times
        from raw.legacy_play r join raw.legacy_track l using (legacy_track_key)
        where r.listener_id = %(listener_id)s
          and r.played_at between t.played_at - %(drift)s and t.played_at + %(drift)s
          and (l.track_ref = t.track_ref or (l.title = t.title and l.artist = t.artist and l.title <> ''))
          and (l.track_id is null, r.played_at, l.content_hash) < (t.track_id is null, t.played_at, t.content_hash)
    ) better
    where better.times = 0
),
half as materialized (
    select near.play_key, near.legacy_at, near.legacy_track_key
    from unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) as s (first_at, last_at)
    cross join lateral (select f.play_key, f.legacy_at, f.legacy_track_key from star.streaming_fact f
                         where f.listener_id = %(listener_id)s
                           and f.legacy_at between s.first_at - %(drift)s and s.last_at + %(drift)s
                        offset 0) near
),
-- A full join, because that is never done row against row.
difference as materialized (
    select p.played_at, p.legacy_track_key, p.track_ref, p.duration_ms, h.play_key, h.legacy_at
    from play p
    full join half h on h.legacy_at = p.played_at and h.legacy_track_key = p.legacy_track_key
    where p.played_at is null or h.play_key is null
),
superseded as materialized (
    select d.play_key, d.legacy_at from difference d where d.play_key is not null
),
emptied as (
    update star.streaming_fact f set legacy_at = null, legacy_track_key = null
     where f.play_key = any(array(select s.play_key from superseded s))
       and (f.api_at is not null or f.export_at is not null)
    returning f.play_key
),
gone as (
    delete from star.streaming_fact f
     where f.play_key = any(array(select s.play_key from superseded s)) and f.api_at is null and f.export_at is null
    returning 1
),
-- Their milliseconds are estimated by whoever follows what came and went.
added as (
    insert into star.streaming_fact (listener_id, played_at, played_at_local, track_key, ms_played, is_estimated,
                                     legacy_at, legacy_track_key)
    select %(listener_id)s, p.played_at, star.local_time(p.played_at, %(moves)s::timestamptz[], %(zones)s::text[]),
           d.track_key,
           coalesce(p.duration_ms, 30000), true, p.played_at, p.legacy_track_key
    from difference p join star.track_dim d on d.track_ref = p.track_ref
    where p.play_key is null
    order by p.played_at, p.track_ref
    returning play_key, legacy_at
)
select (select count(*) from added)::int as added, (select min(play_key) from added) as first_added,
       (select count(*) from superseded)::int as superseded, array(select play_key from emptied) as emptied,
       (select count(*) from gone)::int as gone,
       array(select distinct date_trunc('day', at, 'UTC')
               from (select legacy_at as at from added union all select legacy_at from superseded) changed
              order by 1) as days

-- name: odd
-- Read again, the same rows are the same: they are counted once.
insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, parser_version, times,
                                first_seen_at, last_seen_at)
select %(listener_id)s, 'legacy', i.content_hash, min(i.payload), min(i.reason), %(parser_version)s, count(*),
       %(now)s, %(now)s
from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[]) as i (content_hash, payload, reason)
where audit.latest_end('legacy', i.payload, %(now)s)
      >= coalesce((select l.forgotten_before from audit.listener l where l.listener_id = %(listener_id)s), '-infinity')
group by i.content_hash
order by i.content_hash
on conflict (listener_id, source, content_hash) do update
   set times = greatest(rejected_row.times, excluded.times), last_seen_at = excluded.last_seen_at,
       reason = excluded.reason, parser_version = excluded.parser_version

-- name: describe_artists
-- Fills what nobody else has said; the API's next answer wins over it. Of several rows the greatest word of each column.
insert into star.artist_dim (artist_id, artist_name, genres, image_url)
select told.artist_id, coalesce(max(told.name collate "C"), 'Unknown artist'), max(told.genres collate "C"),
       max(told.image_url collate "C")
from unnest(%(artist_ids)s::text[], %(names)s::text[], %(genres)s::text[], %(image_urls)s::text[])
     as told (artist_id, name, genres, image_url)
where star.somebodys_id(told.artist_id, told.name) is not null
group by told.artist_id
order by told.artist_id
on conflict (artist_id) do update
   set artist_name = case when artist_dim.artist_name = 'Unknown artist' then excluded.artist_name
                          else artist_dim.artist_name end,
       genres = coalesce(artist_dim.genres, excluded.genres),
       image_url = coalesce(artist_dim.image_url, excluded.image_url)
   where (artist_dim.genres is null and excluded.genres is not null)
      or (artist_dim.image_url is null and excluded.image_url is not null)
      or (artist_dim.artist_name = 'Unknown artist' and excluded.artist_name <> 'Unknown artist')

-- name: albums
-- Provisional albums, known by artist and title as star.album_ref knows those of local files, until the track's payload
-- names the real one. A short release has no album's name in the old tables: a single, called like the track.
insert into star.album_dim (album_ref, album_name, artist_name, album_type, image_url)
select 'name:' || left(told.artist_name, 200) || chr(31) || left(told.album, 200), max(told.album collate "C"),
       max(told.artist_name collate "C"), max(told.album_type), max(told.image_url collate "C")
from (select a.artist_name, case when l.is_short then t.track_name else l.album end as album,
             case when l.is_short then 'single' end as album_type, l.image_url
        from unnest(%(track_ids)s::text[], %(albums)s::text[], %(short)s::boolean[], %(image_urls)s::text[])
             as l (track_id, album, is_short, image_url)
        join star.track_dim t on t.track_ref = l.track_id
        join star.artist_dim a using (artist_key)
       where t.album_key is null and t.payload_key is null and (l.is_short or l.album is not null)) told
group by 1
order by 1
on conflict (album_ref) do update set image_url = excluded.image_url
   where album_dim.image_url is null and excluded.image_url is not null

-- name: describe_tracks
-- Fills what nobody else has said. Of several rows that name albums the greatest name counts.
with told as (
    select distinct on (t.track_key) t.track_key, al.album_key,
           bool_or(l.explicit) over (partition by t.track_key) as explicit
    from unnest(%(track_ids)s::text[], %(albums)s::text[], %(short)s::boolean[], %(explicit)s::boolean[])
         as l (track_id, album, is_short, explicit)
    join star.track_dim t on t.track_ref = l.track_id
    join star.artist_dim a using (artist_key)
    left join star.album_dim al
      on al.album_ref = 'name:' || left(a.artist_name, 200) || chr(31)
                                || left(case when l.is_short then t.track_name else l.album end, 200)
    order by t.track_key, al.album_ref collate "C" desc nulls last
)
update star.track_dim t
   set album_key = case when t.payload_key is null then coalesce(t.album_key, told.album_key) else t.album_key end,
       explicit = coalesce(t.explicit, told.explicit)
  from told
 where t.track_key = told.track_key
   and ((t.album_key is null and t.payload_key is null and told.album_key is not null)
        or (t.explicit is null and told.explicit is not null))

-- name: featured_artists
insert into star.artist_dim (artist_name)
select distinct credit.name
from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
join star.track_dim t on t.track_ref = l.track_id
cross join unnest(string_to_array(l.featured, ', ')) as credit (name)
where t.payload_key is null and not star.is_nobody(null, credit.name)
  and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
  and not exists (select from star.artist_dim known where known.artist_name = credit.name)
order by 1
on conflict do nothing

-- name: credits
-- The credits of tracks that have none yet: the main artist, then the featured ones. The track's payload replaces them.
with told as (
    select t.track_key, t.artist_key, max(l.featured collate "C") as featured
    from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
    join star.track_dim t on t.track_ref = l.track_id
    where l.featured is not null and t.payload_key is null
      and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
    group by t.track_key, t.artist_key
),
credit as (
    select told.track_key, artist.artist_key, min(featured.position) as place
    from told
    cross join unnest(string_to_array(told.featured, ', ')) with ordinality as featured (name, position)
    cross join lateral (select a.artist_key from star.artist_dim a where a.artist_name = featured.name and not a.is_nobody
                        order by a.artist_id is null, a.artist_key limit 1) artist
    where artist.artist_key <> told.artist_key
    group by told.track_key, artist.artist_key
)
insert into star.track_artist (track_key, position, artist_key)
select told.track_key, 0, told.artist_key from told
union all
select c.track_key, row_number() over (partition by c.track_key order by c.place)::smallint, c.artist_key from credit c
on conflict (track_key, position) do nothing
