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
on conflict (track_ref) do nothing
