-- What Spotify and the old tables served, as served.

create table raw.track_payload (
    payload_key   int generated always as identity primary key,
    content_hash  uuid not null unique,
    track_ref     text not null,
    payload       jsonb not null,
    is_applied    boolean not null default false,
    first_seen_at timestamptz not null
);
create index track_payload_to_apply on raw.track_payload (payload_key) where not is_applied;
comment on table raw.track_payload is
    'One row per distinct track object and reference; fields that change by themselves (popularity, markets) left out.';
comment on column raw.track_payload.track_ref is
    'What it was played or asked for as; Spotify answers for some ids with a track of another id.';

create table raw.context (
    context_key  int generated always as identity primary key,
    content_hash uuid not null unique,
    payload      jsonb not null,
    context_type text generated always as (payload ->> 'type') stored,
    context_uri  text generated always as (payload ->> 'uri') stored
);
comment on table raw.context is 'One row per distinct context (album, playlist, artist) a play was started from.';

create table raw.recently_played (
    listener_id int not null references audit.listener on delete cascade,
    played_at   timestamptz not null,
    track_ref   text not null,
    payload_key int not null references raw.track_payload,
    context_key int references raw.context,
    poll_id     bigint not null references audit.poll,
    is_merged   boolean not null default false,
    primary key (listener_id, played_at, track_ref)
);
create index recently_played_to_merge on raw.recently_played (listener_id, played_at) where not is_merged;
comment on table raw.recently_played is
    'One row per play as polled. `is_merged` says whether the fact has it: a mark on the row, never a watermark.';
comment on column raw.recently_played.listener_id is 'Whose play.';
comment on column raw.recently_played.played_at is 'END of the play (UTC), to the millisecond, as served.';
comment on column raw.recently_played.track_ref is 'Id of the track as served; of a local file its uri.';
comment on column raw.recently_played.payload_key is 'The track object as served: raw.track_payload.';
comment on column raw.recently_played.context_key is
    'What it was played from: raw.context; null for searches, queues and radios.';
comment on column raw.recently_played.poll_id is 'The poll that landed it first: audit.poll.';
comment on column raw.recently_played.is_merged is 'Whether the fact has it.';

create table raw.export_track (
    export_track_key int generated always as identity primary key,
    content_hash     uuid not null unique,
    track_ref        text not null,
    track_id         text,
    title            text not null,
    artist           text not null,
    album            text
);
comment on table raw.export_track is
    'One row per track as an export names it: reference (id, uri, or the names), title, album artist, album.';

create table raw.account_play (
    listener_id      int not null references audit.listener on delete cascade,
    played_minute    timestamptz not null,
    export_track_key int not null references raw.export_track,
    ms_played        int not null check (ms_played >= 0),
    times            smallint not null check (times > 0),
    primary key (listener_id, played_minute, export_track_key, ms_played)
);
-- Whoever removes a track as told asks for its plays.
create index account_play_by_track on raw.account_play (export_track_key);
comment on table raw.account_play is
    'One row per minute, track and milliseconds that account data tells of, whole; what extended history does not tell is in the fact.';
comment on column raw.account_play.listener_id is 'Whose play.';
comment on column raw.account_play.played_minute is 'Minute of the END (UTC), or of the upload of an offline play.';
comment on column raw.account_play.export_track_key is 'The track as told: raw.export_track.';
comment on column raw.account_play.ms_played is 'Milliseconds listened, as reported.';
comment on column raw.account_play.times is 'How often one file tells of it: the most of all files.';

-- The old tables: what they told, whole, and where it belongs. Which of their rows are one play is decided from all of
-- them, so all are kept.
create table raw.legacy_track (
    legacy_track_key int generated always as identity primary key,
    content_hash     uuid not null unique,
    track_ref        text not null,
    track_id         text,
    title            text not null,
    artist           text not null,
    artist_id        text,
    duration_ms      int
);
comment on table raw.legacy_track is
    'One row per track as the old tables name it: reference (id, or the names), title, artist, length.';
comment on column raw.legacy_track.legacy_track_key is 'Key of the track as told.';
comment on column raw.legacy_track.content_hash is 'Of all that was told of it: the same is kept once.';
comment on column raw.legacy_track.track_ref is 'Its id or, without one, the names; see star.track_dim.';
comment on column raw.legacy_track.track_id is 'Spotify id; null where the old tables have none.';
comment on column raw.legacy_track.title is 'Title; empty where not told.';
comment on column raw.legacy_track.artist is 'Artist; empty where not told.';
comment on column raw.legacy_track.artist_id is 'Spotify id of the artist; null where not told.';
comment on column raw.legacy_track.duration_ms is 'Length in milliseconds; null where not told.';

create table raw.legacy_play (
    listener_id      int not null references audit.listener on delete cascade,
    played_at        timestamptz not null,
    legacy_track_key int not null references raw.legacy_track,
    primary key (listener_id, played_at, legacy_track_key)
);
-- Whoever removes a track as told asks for its plays, one by one.
create index legacy_play_by_track on raw.legacy_play (legacy_track_key);
comment on table raw.legacy_play is
    'One row per play as the old tables tell it, once by content; a play they tell twice, seconds apart, is two rows here.';
comment on column raw.legacy_play.listener_id is 'Whose play.';
comment on column raw.legacy_play.played_at is 'END of the play (UTC), as told.';
comment on column raw.legacy_play.legacy_track_key is 'The track as told: raw.legacy_track.';
