-- name: pending
-- Whose id at MusicBrainz is known and who was not asked about yet, the most played first; nobody whom another run holds.
select a.artist_key, a.artist_id, a.artist_name, t.mbid::text as mbid
from star.artist_tags t
join star.artist_dim a using (artist_key)
left join lateral (select sum(w.plays) as plays from star.track_dim s join audit.lookup_weight w using (track_key)
                    where s.artist_key = a.artist_key) p on true
where t.is_pending and a.artist_id is not null and not a.is_nobody
  and (a.tags_due_at is null or a.tags_due_at <= %(now)s)
order by p.plays desc nulls last, a.artist_id
limit %(limit)s
for update of a skip locked

-- name: unaddressed
-- Whose address at Spotify is to be asked about, likewise.
select a.artist_key, a.artist_id, a.artist_name, null as mbid
from star.artist_dim a
left join lateral (select sum(w.plays) as plays from star.track_dim s join audit.lookup_weight w using (track_key)
                    where s.artist_key = a.artist_key) p on true
where a.artist_id is not null and not a.is_nobody and (a.tags_due_at is null or a.tags_due_at <= %(now)s)
  and not exists (select from star.artist_tags t where t.artist_key = a.artist_key and t.is_pending)
order by p.plays desc nulls last, a.artist_id
limit %(limit)s
for update of a skip locked

-- name: due_at
update star.artist_dim set tags_due_at = %(at)s where artist_key = any(%(keys)s)

-- name: addressed
insert into star.artist_tags (artist_key, mbid, is_pending, addressed_at)
select artist_key, mbid, true, %(now)s
from unnest(%(keys)s::int[], %(mbids)s::uuid[]) as found (artist_key, mbid)
join star.artist_dim a using (artist_key)
order by artist_key
on conflict (artist_key) do update
set mbid = excluded.mbid, is_pending = true, addressed_at = excluded.addressed_at

-- name: told
-- What one source tells. The other's answers stay: what MusicBrainz knows goes before what Wikidata does.
insert into star.artist_tags (artist_key, mbid, country, area, kind, began, ended, source, addressed_at, asked_at)
select a.artist_key, %(mbid)s, %(country)s, %(area)s, %(kind)s, %(began)s, %(ended)s, %(source)s, %(now)s, %(now)s
from star.artist_dim a where a.artist_key = %(artist_key)s
on conflict (artist_key) do update
set mbid = coalesce(excluded.mbid, artist_tags.mbid),
    is_pending = false,
    country = case excluded.source when 'musicbrainz' then coalesce(excluded.country, artist_tags.country)
                                   else coalesce(artist_tags.country, excluded.country) end,
    area = coalesce(excluded.area, artist_tags.area),
    kind = coalesce(excluded.kind, artist_tags.kind),
    began = coalesce(excluded.began, artist_tags.began),
    ended = coalesce(excluded.ended, artist_tags.ended),
    source = case when artist_tags.source = 'musicbrainz' then artist_tags.source else excluded.source end,
    asked_at = excluded.asked_at

-- name: genres_gone
delete from star.artist_genre
where artist_key = %(artist_key)s and source = %(source)s and genre <> all(%(genres)s::text[])

-- name: genres
insert into star.artist_genre (artist_key, source, genre, votes)
select a.artist_key, %(source)s, told.genre, told.votes
from unnest(%(genres)s::text[], %(votes)s::int[]) as told (genre, votes)
cross join star.artist_dim a
where a.artist_key = %(artist_key)s
order by told.genre
on conflict (artist_key, source, genre) do update set votes = excluded.votes
where artist_genre.votes <> excluded.votes

-- name: nothing_told
-- Nobody knows these: noted, and what was known before stays.
insert into star.artist_tags (artist_key, addressed_at, asked_at)
select a.artist_key, %(now)s, %(now)s from star.artist_dim a where a.artist_key = any(%(keys)s) order by a.artist_key
on conflict (artist_key) do update
set is_pending = false, addressed_at = excluded.addressed_at, asked_at = excluded.asked_at

-- name: backlog
select ((select count(*) from star.artist_dim where artist_id is not null and not is_nobody and tags_due_at is null)
        + (select count(*) from star.artist_dim
            where artist_id is not null and not is_nobody and tags_due_at <= %(now)s))::int as due,
       (select min(tags_due_at) from star.artist_dim
         where artist_id is not null and not is_nobody and tags_due_at > %(now)s) as next_due_at

-- name: take_turn
-- The next request's turn, of all processes. One that a clock took which was ahead is none.
update audit.tag_pace
set next_at = case when next_at > %(now)s and next_at <= %(latest)s then next_at else %(now)s end
              + make_interval(secs => %(seconds)s)
where service = %(service)s
returning next_at - make_interval(secs => %(seconds)s) as turn_at

-- name: count
insert into audit.tag_call (minute, service, calls)
values (date_trunc('minute', %(now)s::timestamptz, 'UTC'), %(service)s, 1)
on conflict (minute, service) do update set calls = tag_call.calls + 1

-- name: known
select count(*)::int as artists, (count(*) filter (where t.asked_at is not null))::int as asked,
       (count(*) filter (where exists (select from star.genre_of_artist g where g.artist_key = a.artist_key)))::int as known
from star.artist_dim a left join star.artist_tags t using (artist_key)
where a.artist_id is not null and not a.is_nobody

-- name: overrides_gone
delete from insights.artist_override
where in_file and artist_ref not in (select r.artist_ref from jsonb_to_recordset(%(records)s::jsonb) as r (artist_ref text))

-- name: overrides
-- What is said already is not written again: nothing changed.
insert into insights.artist_override (artist_ref, genres, country, began, in_file, said_at)
select r.artist_ref, r.genres, r.country, r.began, true, %(now)s
from jsonb_to_recordset(%(records)s::jsonb) as r (artist_ref text, genres text[], country text, began smallint)
order by r.artist_ref
on conflict (artist_ref) do update
set genres = excluded.genres, country = excluded.country, began = excluded.began, in_file = true, said_at = excluded.said_at
where (artist_override.genres, artist_override.country, artist_override.began, artist_override.in_file)
      is distinct from (excluded.genres, excluded.country, excluded.began, true)

-- name: unmatched
select o.artist_ref from insights.artist_override o
where o.in_file and not exists (select from star.artist_dim a where a.artist_id = o.artist_ref or a.artist_name = o.artist_ref)
order by o.artist_ref

-- name: albums_due
-- Albums in doubt, the most played first; none that another run holds.
select a.album_key, a.album_id, a.album_name
from star.album_dim a
left join lateral (select sum(w.plays) as plays from star.track_dim s join audit.lookup_weight w using (track_key)
                    where s.album_key = a.album_key) p on true
where a.album_key in (select d.album_key from star.album_in_doubt d where d.group_due_at is null or d.group_due_at <= %(now)s)
order by p.plays desc nulls last, a.album_id
limit %(limit)s
for update of a skip locked

-- name: album_due_at
update star.album_dim set group_due_at = %(at)s where album_key = any(%(keys)s)

-- name: album_told
-- An answer that knows nothing leaves what was known.
insert into star.album_group (album_key, release_mbid, group_mbid, group_title, first_released, asked_at)
select a.album_key, %(release_mbid)s, %(group_mbid)s, %(group_title)s, %(first_released)s, %(now)s
from star.album_dim a where a.album_key = any(%(keys)s)
order by a.album_key
on conflict (album_key) do update
set release_mbid = coalesce(excluded.release_mbid, album_group.release_mbid),
    group_mbid = coalesce(excluded.group_mbid, album_group.group_mbid),
    group_title = coalesce(excluded.group_title, album_group.group_title),
    first_released = coalesce(excluded.first_released, album_group.first_released),
    asked_at = excluded.asked_at

-- name: albums_told
-- What is told of release groups, with the numbers that titles alone would give: the album's, the group's where one here has it.
select g.album_key, g.group_mbid::text as group_mbid, a.album_name as title,
       star.release_group(a.album_name, a.artist_name, a.album_ref) as by_title,
       titled.number as by_group_title, g.group_title, coalesce(g.first_released, '9') as first_released,
       hashtextextended(g.group_mbid::text, 0) as by_mbid
from star.album_group g
join star.album_dim a using (album_key)
left join lateral (select n.number from (select star.release_group(g.group_title, a.artist_name, a.album_ref) as number) n
                    where exists (select from star.album_dim o
                                   where o.release_group = n.number
                                     and not exists (select from star.album_group k
                                                      where k.album_key = o.album_key and k.group_mbid is not null))) titled on true
where g.group_mbid is not null
order by g.album_key

-- name: tie_albums
update star.album_dim a set told_group = told.number
from (select album_key, number from unnest(%(keys)s::int[], %(numbers)s::bigint[]) as t (album_key, number)
      union all
      select album_key, null from star.album_dim where told_group is not null and album_key <> all(%(keys)s::int[])) told
where a.album_key = told.album_key and a.told_group is distinct from told.number

-- name: albums_waiting
select (count(*) filter (where group_due_at is null or group_due_at <= %(now)s))::int as due,
       min(group_due_at) filter (where group_due_at > %(now)s) as next_due_at
from star.album_in_doubt
