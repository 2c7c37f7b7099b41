-- name: claim_payloads
-- Locked in one order: a second run waits, then finds them read.
select payload_key from raw.track_payload where not is_applied order by payload_key limit %(limit)s for update

-- name: artists
-- Every credited artist of these payloads the star does not know yet.
with credited as (
    select distinct on (c.artist_id, case when c.artist_id is null then c.artist_name end) c.artist_id, c.artist_name
    from raw.track_payload p
    cross join lateral star.credits_of(p.payload) c
    where p.payload_key = any(%(payload_keys)s)
    order by c.artist_id, case when c.artist_id is null then c.artist_name end, p.payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select c.artist_id, c.artist_name from credited c
where not exists (select from star.artist_of(c.artist_id, c.artist_name))
order by c.artist_id, c.artist_name
on conflict do nothing

-- name: albums
-- The newest payload says what an album is; an older one read late changes nothing.
with album as (
    select distinct on (album_ref) *
    from (select star.album_ref(p.payload) as album_ref, p.payload -> 'album' as served, p.payload_key
            from raw.track_payload p where p.payload_key = any(%(payload_keys)s)) found
    where album_ref is not null
    order by album_ref, payload_key desc
)
insert into star.album_dim (album_ref, album_id, album_name, artist_name, album_type, release_date,
                            release_date_precision, total_tracks, image_url, payload_key)
select album_ref, star.text_of(served -> 'id'), coalesce(star.text_of(served -> 'name'), 'Unknown album'),
       star.text_of(served #> '{artists,0,name}'), star.text_of(served -> 'album_type'),
       star.release_date(served ->> 'release_date'), star.text_of(served -> 'release_date_precision'),
       star.whole_number(served -> 'total_tracks'), star.text_of(served #> '{images,0,url}'), payload_key
from album
order by album_ref
on conflict (album_ref) do update
   set album_name = excluded.album_name,
       artist_name = coalesce(excluded.artist_name, album_dim.artist_name),
       album_type = coalesce(excluded.album_type, album_dim.album_type),
       release_date = coalesce(excluded.release_date, album_dim.release_date),
       release_date_precision = coalesce(excluded.release_date_precision, album_dim.release_date_precision),
       total_tracks = coalesce(excluded.total_tracks, album_dim.total_tracks),
       image_url = coalesce(excluded.image_url, album_dim.image_url),
       payload_key = excluded.payload_key
   where album_dim.payload_key is null or album_dim.payload_key <= excluded.payload_key

-- name: tracks
-- The newest payload of a track says what it is; an older one read late changes nothing. Spotify answers for some ids
-- with a track of another id: it is still the track that was played.
with track as (
    select distinct on (p.track_ref) p.track_ref, p.payload_key, p.payload as served, c.artist_id, c.artist_name
    from raw.track_payload p
    cross join lateral star.credits_of(p.payload) c
    where p.payload_key = any(%(payload_keys)s) and c.position = 0
    order by p.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key, duration_ms, explicit, isrc,
                            payload_key)
select t.track_ref, case when t.served ->> 'id' = t.track_ref then t.track_ref end,
       coalesce(star.text_of(t.served -> 'name'), t.track_ref), a.artist_key, al.album_key,
       nullif(star.whole_number(t.served -> 'duration_ms'), 0),
       case when jsonb_typeof(t.served -> 'explicit') = 'boolean' then (t.served -> 'explicit')::boolean end,
       star.text_of(t.served #> '{external_ids,isrc}'), t.payload_key
from track t
left join lateral star.artist_of(t.artist_id, t.artist_name) a on true
left join star.album_dim al on al.album_ref = star.album_ref(t.served)
order by t.track_ref
on conflict (track_ref) do update
   set track_id = coalesce(excluded.track_id, track_dim.track_id), track_name = excluded.track_name, artist_key = excluded.artist_key,
       album_key = coalesce(excluded.album_key, track_dim.album_key),
       duration_ms = coalesce(excluded.duration_ms, track_dim.duration_ms),
       explicit = coalesce(excluded.explicit, track_dim.explicit),
       isrc = coalesce(excluded.isrc, track_dim.isrc),
       ask_again_at = null, is_unknown = false, payload_key = excluded.payload_key
   where track_dim.payload_key is null or track_dim.payload_key <= excluded.payload_key

-- name: clear_credits
delete from star.track_artist ta using star.track_dim t
where t.track_key = ta.track_key and t.payload_key = any(%(payload_keys)s)

-- name: credits
-- One row per credit in the served order; a track without any has its stand-in main artist.
insert into star.track_artist (track_key, position, artist_key)
select t.track_key, c.position, case c.position when 0 then t.artist_key else a.artist_key end
from star.track_dim t
join raw.track_payload p using (payload_key)
cross join lateral star.credits_of(p.payload) c
cross join lateral star.artist_of(c.artist_id, c.artist_name) a
where t.payload_key = any(%(payload_keys)s)
on conflict (track_key, position) do nothing

-- name: mark_applied
update raw.track_payload set is_applied = true where payload_key = any(%(payload_keys)s)

-- name: try_alone
-- Whether nobody else holds artists and albums, from here to the end of this transaction. Waiting for it would make every
-- later merge wait, too; whoever reads payloads next tries again.
select pg_try_advisory_xact_lock(%(lock)s) as is_alone

-- name: fold
-- Whoever is known by name alone becomes the artist of that name as soon as there is one who has an id; whoever is nobody,
-- the unknown artist.
with namesake as materialized (
    select p.artist_key as was, known.artist_key as becomes
    from star.artist_dim p
    cross join lateral star.artist_of(null, case when p.is_nobody then 'Unknown artist' else p.artist_name end) known
    where p.artist_id is null and known.artist_key <> p.artist_key
),
credited as (
    update star.track_artist c set artist_key = n.becomes from namesake n where c.artist_key = n.was
),
shown as (
    delete from insights.hidden h using namesake n where h.artist_key = n.was
    returning h.listener_id, n.becomes, h.hidden_at, h.why
),
hidden as (
    insert into insights.hidden (listener_id, artist_key, hidden_at, why)
    select s.listener_id, s.becomes, s.hidden_at, s.why from shown s
    on conflict do nothing
),
-- Sorted, so that all of them are gone before the first comes back.
taken as (
    delete from insights.alias s using namesake n
    where s.kind = 'artist' and n.was in (s.from_key, s.to_key)
    returning s.alias_id, s.listener_id, s.from_key, s.to_key, s.aliased_at, s.why
),
aliases as (
    insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at, why)
    select t.listener_id, 'artist', coalesce((select n.becomes from namesake n where n.was = t.from_key), t.from_key),
           coalesce((select n.becomes from namesake n where n.was = t.to_key), t.to_key), t.aliased_at, t.why
    from (select distinct * from taken) t
    order by t.aliased_at, t.alias_id
    on conflict do nothing
)
update star.track_dim t set artist_key = n.becomes from namesake n where t.artist_key = n.was

-- name: tidy
-- Provisional artists and albums that nothing refers to any longer; who was hidden by such a name has no plays.
with albums as (
    delete from star.album_dim al
    where al.album_id is null and al.payload_key is null
      and not exists (select from star.track_dim t where t.album_key = al.album_key)
),
artists as (
    delete from star.artist_dim a
    where a.artist_id is null
      and not exists (select from star.track_dim t where t.artist_key = a.artist_key)
      and not exists (select from star.track_artist c where c.artist_key = a.artist_key)
    returning a.artist_key
),
aliases as (
    delete from insights.alias s using artists a where s.kind = 'artist' and a.artist_key in (s.from_key, s.to_key)
)
delete from insights.hidden h using artists a where h.artist_key = a.artist_key

-- name: save_artist
insert into star.artist_dim (artist_id, artist_name, genres, image_url, asked_at, ask_again_at)
values (%(artist_id)s, coalesce(%(artist_name)s, 'Unknown artist'), %(genres)s, %(image_url)s, %(now)s, %(ask_again_at)s)
on conflict (artist_id) do update
   set artist_name = coalesce(%(artist_name)s, artist_dim.artist_name),
       genres = coalesce(excluded.genres, artist_dim.genres),
       image_url = coalesce(excluded.image_url, artist_dim.image_url),
       asked_at = excluded.asked_at, ask_again_at = excluded.ask_again_at, is_unknown = false

-- name: clear_top
delete from star.spotify_top where listener_id = %(listener_id)s and taken_on = %(taken_on)s

-- name: save_top
insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key, track_key)
select %(listener_id)s, %(taken_on)s, i.kind, i.time_range, i.rank, a.artist_key, t.track_key
from unnest(%(kinds)s::text[], %(time_ranges)s::text[], %(ranks)s::smallint[], %(ids)s::text[])
     as i (kind, time_range, rank, spotify_id)
left join star.artist_dim a on i.kind = 'artists' and a.artist_id = i.spotify_id
left join star.track_dim t on i.kind = 'tracks' and t.track_ref = i.spotify_id
where a.artist_key is not null or t.track_key is not null
on conflict do nothing
