-- Tracks that only an export names are looked up one by one, as artists are; until then their artist and album are known
-- by name alone.

alter table star.track_dim
    add column ask_again_at timestamptz,
    add column is_unknown boolean not null default false;
comment on table star.track_dim is
    'One row per track. `track_ref` is its id, the uri of a local file, or the names. `artist_key` is the main (first) artist.';
comment on column star.track_dim.track_ref is 'Its id, the uri of a local file, or the names that account data tells.';
comment on column star.track_dim.track_id is 'Spotify id; null for local files and tracks known by name only.';
comment on column star.track_dim.album_key is
    'Album: star.album_dim. Until a payload is read, the least of those that exports name; null until any is known.';
comment on column star.track_dim.payload_key is
    'The payload these columns were read from: raw.track_payload; null: none was served, so the track is looked up.';
comment on column star.track_dim.ask_again_at is
    'When to look the track up (again), while no payload is read; null: nobody has asked, so now.';
comment on column star.track_dim.is_unknown is 'Spotify said it does not know this id; asked again after a month.';

create index track_dim_queue on star.track_dim (ask_again_at) where track_id is not null and payload_key is null;
-- Whoever deletes an artist or album looks here for references.
create index track_dim_by_album on star.track_dim (album_key);
create index spotify_top_by_artist on star.spotify_top (artist_key) where artist_key is not null;

create table audit.lookup_rest (
    kind        text primary key check (kind in ('track', 'artist')),
    rests_until timestamptz not null
);
comment on table audit.lookup_rest is
    'One row per kind of thing whose looking up failed several times in a row: then it is not about one of them, and all rest.';
comment on column audit.lookup_rest.kind is 'track or artist.';
comment on column audit.lookup_rest.rests_until is 'None is asked for before this instant.';

comment on table raw.track_payload is
    'One row per distinct track object and reference; fields that change by themselves (popularity, markets) left out.';
comment on column raw.track_payload.track_ref is
    'What it was played or asked for as; Spotify answers for some ids with a track of another id.';

create function star.artist_of(id text, name text) returns table (artist_key int) language sql stable as $$
(select a.artist_key from star.artist_dim a where a.artist_id = id)
union all
(select a.artist_key from star.artist_dim a
  where id is null and a.artist_name = name and (a.artist_id is null or lower(name) <> 'unknown artist')
  order by a.artist_id is null, a.artist_key
  limit 1)
$$;
comment on function star.artist_of is
    'The artist of this id or, without an id, who is meant by a name alone: of those who have an id the one known first, else the provisional one. Nobody with an id is the unknown artist.';

create function star.named_album_ref(artist text, album text) returns text language sql immutable
return 'name:' || coalesce(left(artist, 200), '') || chr(31) || left(album, 200);
comment on function star.named_album_ref is 'What an album is known by that has no id: artist and title; null without a title.';

create or replace function star.album_ref(track jsonb) returns text language sql immutable
return coalesce(star.text_of(track #> '{album,id}'),
                star.named_album_ref(star.text_of(track #> '{artists,0,name}'), star.text_of(track #> '{album,name}')));
comment on function star.album_ref is 'The album''s id or, for a local file, artist and title; null without either.';
comment on table star.album_dim is
    'One row per album. `album_ref` is its id, or artist and title. One without id and payload is provisional: only exports name it.';

comment on column bi.artists.artist_id is 'Spotify id; null when known by name only, until a track of theirs is looked up.';
comment on column bi.albums.album_id is 'Spotify id; null for local files, and for albums that only an export names.';
comment on column bi.tracks.album_id is 'Spotify id of the album; null until the track is looked up, and for local files.';
