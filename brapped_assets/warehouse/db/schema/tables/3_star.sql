-- The star: one fact, its dimensions. Tables are named as their Dagster assets, whose page shows the comments.

create table star.artist_dim (
    artist_key   int generated always as identity primary key,
    artist_id    text unique,
    artist_name  text not null,
    genres       text,
    image_url    text,
    asked_at     timestamptz,
    ask_again_at timestamptz,
    is_unknown   boolean not null default false,
    search_name  text not null generated always as (star.searchable(artist_name)) stored,
    is_nobody    boolean not null generated always as (star.is_nobody(artist_id, artist_name)) stored
);
create unique index artist_dim_by_name_alone on star.artist_dim (artist_name) where artist_id is null;
-- Exports know artists by name alone.
create index artist_dim_by_name on star.artist_dim (artist_name);
create index artist_dim_queue on star.artist_dim (ask_again_at) where artist_id is not null;
create index artist_dim_nobody on star.artist_dim (artist_key) where is_nobody;
comment on table star.artist_dim is
    'One row per artist. An artist known by name only (no id) is provisional. `ask_again_at` null: Spotify was never asked.';
comment on column star.artist_dim.artist_key is 'Key of the artist.';
comment on column star.artist_dim.artist_id is 'Spotify id; null when known by name only.';
comment on column star.artist_dim.artist_name is 'Name.';
comment on column star.artist_dim.genres is 'Comma separated; mostly null, Spotify hardly serves them any more.';
comment on column star.artist_dim.image_url is 'Picture.';
comment on column star.artist_dim.asked_at is 'When Spotify was last asked for this artist.';
comment on column star.artist_dim.ask_again_at is 'When to ask (again); null: never asked, so now.';
comment on column star.artist_dim.is_unknown is 'Spotify said it does not know this id; asked again after a month.';
comment on column star.artist_dim.search_name is 'The name as search compares it.';
comment on column star.artist_dim.is_nobody is
    'True for whoever stands for artists that are not known: never ranked, counted or searched. Tracks and plays count.';

create table star.album_dim (
    album_key              int generated always as identity primary key,
    album_ref              text not null unique,
    album_id               text,
    album_name             text not null,
    artist_name            text,
    album_type             text,
    release_date           date,
    release_date_precision text,
    total_tracks           int,
    image_url              text,
    payload_key            int references raw.track_payload,
    search_name            text not null generated always as (star.searchable(album_name)) stored,
    release_group          bigint not null
        generated always as (star.release_group(album_name, artist_name, album_ref)) stored
);
create index album_dim_by_group on star.album_dim (release_group);
comment on table star.album_dim is
    'One row per album. `album_ref` is its id, or artist and title. One without id and payload is provisional: only exports name it.';
comment on column star.album_dim.search_name is 'The name as search compares it.';
comment on column star.album_dim.release_group is
    'The album with all its releases: equal where title (without the edition) and album artist are.';

-- Tracks that only an export names are looked up one by one, as artists are; until then their artist and album are known
-- by name alone.
create table star.track_dim (
    track_key    int generated always as identity primary key,
    track_ref    text not null unique,
    track_id     text,
    track_name   text not null,
    artist_key   int not null references star.artist_dim,
    album_key    int references star.album_dim,
    duration_ms  int,
    explicit     boolean,
    isrc         text,
    payload_key  int references raw.track_payload,
    ask_again_at timestamptz,
    is_unknown   boolean not null default false,
    search_name  text not null generated always as (star.searchable(track_name)) stored
);
create index track_dim_by_artist on star.track_dim (artist_key);
-- Whoever deletes an artist or album looks here for references.
create index track_dim_by_album on star.track_dim (album_key);
create index track_dim_by_isrc on star.track_dim (isrc) where isrc is not null;
create index track_dim_queue on star.track_dim (ask_again_at) where track_id is not null and payload_key is null;
comment on table star.track_dim is
    'One row per track. `track_ref` is its id, the uri of a local file, or the names. `artist_key` is the main (first) artist.';
comment on column star.track_dim.track_key is 'Key of the track.';
comment on column star.track_dim.track_ref is 'Its id, the uri of a local file, or the names that account data tells.';
comment on column star.track_dim.track_id is 'Spotify id; null for local files and tracks known by name only.';
comment on column star.track_dim.track_name is 'Title.';
comment on column star.track_dim.artist_key is 'Main (first) artist: star.artist_dim.';
comment on column star.track_dim.album_key is
    'Album: star.album_dim. Until a payload is read, the least of those that exports name; null until any is known.';
comment on column star.track_dim.duration_ms is 'Length in milliseconds.';
comment on column star.track_dim.explicit is 'Marked explicit.';
comment on column star.track_dim.isrc is 'International Standard Recording Code.';
comment on column star.track_dim.payload_key is
    'The payload these columns were read from: raw.track_payload; null: none was served, so the track is looked up.';
comment on column star.track_dim.ask_again_at is
    'When to look the track up (again), while no payload is read; null: nobody has asked, so now.';
comment on column star.track_dim.is_unknown is 'Spotify said it does not know this id; asked again after a month.';
comment on column star.track_dim.search_name is 'The title as search compares it.';

create table star.track_artist (
    track_key  int not null references star.track_dim on delete cascade,
    position   smallint not null,
    artist_key int not null references star.artist_dim,
    primary key (track_key, position)
);
create index track_artist_by_artist on star.track_artist (artist_key);
comment on table star.track_artist is
    'One row per credit, position 0 the main artist. Featured credits never add to totals.';

create table star.play_label (
    label_key int generated always as identity primary key,
    label     text not null unique
);
comment on table star.play_label is 'Words that repeat on millions of plays (platform, country, reasons), each once.';

-- Every source's half is kept whole beside the merged answer, so that a match can be taken apart again.
-- Wide columns first: the row stays free of padding.
-- PostgreSQL checks foreign keys row by row: measured, 4 us each, and they took half of an import. So there is one only.
-- Tracks and words are only ever added, by the statement before the one that refers to them, and a daily check looks.
-- The days of plays are noted once a statement (audit.note_days_added), and those rows refer to the listener: a play of
-- nobody is refused, and plays go with their listener (star.remove_plays_of_gone).
-- No index by track: pages find a track's plays in memory, and keeping one was a fifth of what an import's insert took.
create table star.streaming_fact (
    play_key         bigint generated always as identity,
    played_at        timestamptz not null,
    played_at_local  timestamp not null,
    api_at           timestamptz,
    export_at        timestamptz,
    legacy_at        timestamptz,
    listener_id      int not null,
    track_key        int not null,
    ms_played        int not null check (ms_played >= 0),
    played_on        date not null generated always as (played_at_local::date) stored,
    api_track_key    int,
    api_duration_ms  int,
    api_context_key  int references raw.context,
    export_track_key int,
    export_ms        int,
    legacy_track_key int,
    played_hour      smallint not null generated always as (extract(hour from played_at_local)::smallint) stored,
    platform_key     int,
    country_key      int,
    reason_start_key int,
    reason_end_key   int,
    is_estimated     boolean not null,
    skipped          boolean,
    shuffle          boolean,
    offline          boolean,
    incognito        boolean,
    in_extended      boolean not null default false,
    in_account       boolean not null default false,
    export_nth       smallint,
    uploaded_at      timestamptz,
    repeat_of        bigint,
    primary key (play_key),
    check (api_at is not null or export_at is not null or legacy_at is not null),
    check ((export_at is not null) = (in_extended or in_account))
);
create index streaming_fact_by_time on star.streaming_fact (listener_id, played_at);
create unique index streaming_fact_api_half on star.streaming_fact (listener_id, api_at, api_track_key)
    where api_at is not null;
-- Not unique, though no half is there twice: one that moves from row to row is, for a moment within the statement.
create index streaming_fact_legacy_half on star.streaming_fact (listener_id, legacy_at) where legacy_at is not null;
create index streaming_fact_estimated on star.streaming_fact (listener_id, played_at) where is_estimated;
create index streaming_fact_uploaded on star.streaming_fact (listener_id, uploaded_at) where uploaded_at is not null;
create index streaming_fact_repeats on star.streaming_fact (listener_id, played_at) where repeat_of is not null;
comment on table star.streaming_fact is
    'One row per play of a listener. `played_at` is the END of the play; local columns are in the listener''s zone.';
comment on column star.streaming_fact.play_key is 'Key of the play.';
comment on column star.streaming_fact.played_at is 'END of the play (UTC).';
comment on column star.streaming_fact.played_at_local is 'The same in the listener''s zone, without zone.';
comment on column star.streaming_fact.api_at is
    'The API''s half: END as polled (UTC); null when no poll told of the play.';
comment on column star.streaming_fact.export_at is
    'The export''s half: END as exported (UTC); null when no export told of the play.';
comment on column star.streaming_fact.legacy_at is 'The old tables'' half: END as they have it (UTC).';
comment on column star.streaming_fact.listener_id is 'Whose play.';
comment on column star.streaming_fact.track_key is 'The track: star.track_dim.';
comment on column star.streaming_fact.ms_played is 'Milliseconds listened, reported or estimated.';
comment on column star.streaming_fact.played_on is 'Local day.';
comment on column star.streaming_fact.api_track_key is 'The API''s half: the track as polled.';
comment on column star.streaming_fact.api_duration_ms is
    'The API''s half: length of the track as polled, for the estimate.';
comment on column star.streaming_fact.api_context_key is 'The API''s half: what it was played from (raw.context).';
comment on column star.streaming_fact.export_track_key is
    'The export''s half: the track as exported (raw.export_track).';
comment on column star.streaming_fact.export_ms is 'The export''s half: milliseconds listened, as reported.';
comment on column star.streaming_fact.legacy_track_key is
    'The old tables'' half: the track as they have it (raw.legacy_track).';
comment on column star.streaming_fact.played_hour is 'Local hour, 0 to 23.';
comment on column star.streaming_fact.platform_key is 'Device, from the export (star.play_label).';
comment on column star.streaming_fact.country_key is 'Country of the connection, from the export (star.play_label).';
comment on column star.streaming_fact.reason_start_key is 'Why the play began, from the export (star.play_label).';
comment on column star.streaming_fact.reason_end_key is 'Why the play ended, from the export (star.play_label).';
comment on column star.streaming_fact.is_estimated is
    'True: ms_played is least(duration, greatest(30 s, time since the previous END)); false: Spotify reported it.';
comment on column star.streaming_fact.skipped is 'From the export.';
comment on column star.streaming_fact.shuffle is 'From the export.';
comment on column star.streaming_fact.offline is 'From the export.';
comment on column star.streaming_fact.incognito is 'Private session, from the export.';
comment on column star.streaming_fact.in_extended is 'The extended streaming history tells of the play.';
comment on column star.streaming_fact.in_account is 'The account data tells of the play, to the minute.';
comment on column star.streaming_fact.export_nth is
    'The export''s half: which of the plays of this END, track and milliseconds within one file, 1 the first.';
comment on column star.streaming_fact.uploaded_at is
    'The export''s half: when an offline play was uploaded (UTC), where that is long after its END; null otherwise.';
comment on column star.streaming_fact.repeat_of is
    'The counted play that ended so shortly before that this one cannot have been heard; null: it counts.';

create table star.spotify_top (
    listener_id int not null references audit.listener on delete cascade,
    taken_on    date not null,
    kind        text not null check (kind in ('artists', 'tracks')),
    time_range  text not null check (time_range in ('short_term', 'medium_term', 'long_term')),
    rank        smallint not null,
    artist_key  int references star.artist_dim,
    track_key   int references star.track_dim,
    primary key (listener_id, taken_on, kind, time_range, rank),
    check ((kind = 'artists') = (artist_key is not null) and (kind = 'tracks') = (track_key is not null))
);
create index spotify_top_by_artist on star.spotify_top (artist_key) where artist_key is not null;
comment on table star.spotify_top is
    'Spotify''s own ranking, one row per listener, local day, list and rank; without counts, never part of a total.';
comment on column star.spotify_top.listener_id is 'Whose ranking.';
comment on column star.spotify_top.taken_on is 'Local day on which it was asked for.';
comment on column star.spotify_top.kind is 'artists or tracks.';
comment on column star.spotify_top.time_range is
    'Spotify''s: short_term (4 weeks), medium_term (6 months), long_term (a year).';
comment on column star.spotify_top.rank is '1 is first.';
comment on column star.spotify_top.artist_key is 'The artist, in lists of artists.';
comment on column star.spotify_top.track_key is 'The track, in lists of tracks.';

-- What is looked up, and in which order.

create table audit.lookup_rest (
    kind        text primary key check (kind in ('track', 'artist')),
    rests_until timestamptz not null
);
comment on table audit.lookup_rest is
    'One row per kind of thing whose looking up failed several times in a row: then it is not about one of them, and all rest.';
comment on column audit.lookup_rest.kind is 'track or artist.';
comment on column audit.lookup_rest.rests_until is 'None is asked for before this instant.';

-- What is looked up goes by how often it was played. Counted once a play, by the next look for work: no run adds up a
-- life anew.
create table audit.lookup_weight (
    track_key int primary key references star.track_dim on delete cascade,
    plays     bigint not null
);
comment on table audit.lookup_weight is
    'One row per track: about how often anybody played it, as far as counted. Orders what is looked up, and nothing else.';
comment on column audit.lookup_weight.track_key is 'Track: star.track_dim.';
comment on column audit.lookup_weight.plays is 'Rows of the fact when they were counted.';

create table audit.lookup_counted (
    only_row boolean primary key default true check (only_row),
    up_to    bigint not null
);
insert into audit.lookup_counted (up_to) values (0);
comment on table audit.lookup_counted is 'One row: up to which play_key audit.lookup_weight has counted.';
comment on column audit.lookup_counted.only_row is 'True: there is one row.';
comment on column audit.lookup_counted.up_to is 'The last play_key that is counted.';
