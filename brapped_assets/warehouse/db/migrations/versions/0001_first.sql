-- The warehouse, as of the first release. Instants are UTC timestamptz; local days and hours are the listener's.
create schema raw;
create schema star;
create schema bi;
comment on schema raw is 'What Spotify served, as served, each payload once.';
comment on schema star is 'The star schema: one fact, its dimensions; tables are named as their Dagster assets.';
comment on schema audit is 'The proof: polls, gaps, calls, rejected rows, listeners.';
comment on schema bi is 'The public contract: views for BI tools and notebooks. Everything else may change.';

-- audit ---------------------------------------------------------------------------------------------------

create table audit.listener (
    listener_id       int generated always as identity primary key,
    spotify_user_id   text not null unique,
    account_id        text,
    display_name      text not null,
    time_zone         text not null,
    collected_since   timestamptz,
    authorized_at     timestamptz,
    token_fingerprint text,
    consent_ended_at  timestamptz,
    merged_at         timestamptz,
    created_at        timestamptz not null
);
comment on table audit.listener is
    'One row per person. The merge of a person''s plays locks this row, so two merges never interleave.';
comment on column audit.listener.time_zone is 'IANA zone; set at login, changed only by `brapped timezone`.';
comment on column audit.listener.collected_since is
    'The oldest play of the first poll: whatever was played after it is collected, but for the gaps.';
comment on column audit.listener.authorized_at is
    'When consent was given; it ends six months later. Null: unknown (the token came from the environment).';
comment on column audit.listener.token_fingerprint is
    'Keyed hash of the refresh token last seen, to tell whose token it is without keeping it.';
comment on column audit.listener.consent_ended_at is
    'When Spotify answered invalid_grant to the token with this fingerprint; null while consent holds.';

comment on column audit.listener.merged_at is 'When the last merge of this listener''s plays began.';

create table audit.rotated_token (
    listener_id   int primary key references audit.listener on delete cascade,
    encrypted     bytea not null,
    stored_at     timestamptz not null
);
comment on table audit.rotated_token is
    'A refresh token Spotify sent in exchange for the one in the environment, encrypted with a key derived from that one: it is readable, and wins, only as long as the environment still holds the consent it came from.';

create table audit.poll (
    poll_id       bigint generated always as identity primary key,
    listener_id   int not null references audit.listener on delete cascade,
    run_id        text not null,
    polled_at     timestamptz not null,
    items         int not null,
    landed        int not null,
    rejected      int not null,
    oldest_at     timestamptz,
    newest_at     timestamptz,
    overlapped    boolean not null,
    clock_skew_ms int,
    keys_missing  text[] not null,
    keys_new      text[] not null
);
create index poll_by_time on audit.poll (listener_id, polled_at);
comment on table audit.poll is 'One row per poll that Spotify answered and that was landed: the proof of each hour.';
comment on column audit.poll.overlapped is
    'True when the page held a play an earlier poll had landed (or this was the first poll): nothing can be missing in between.';

create table audit.gap (
    gap_id      bigint generated always as identity primary key,
    listener_id int not null references audit.listener on delete cascade,
    gap_start   timestamptz not null,
    gap_end     timestamptz not null,
    reason      text not null,
    poll_id     bigint not null references audit.poll,
    closed_at   timestamptz,
    closed_by   text,
    unique (listener_id, gap_start, gap_end)
);
comment on table audit.gap is 'One row per stretch of time in which plays may be missing.';

create table audit.rejected_row (
    listener_id    int not null references audit.listener on delete cascade,
    source         text not null,
    content_hash   uuid not null,
    payload        text not null,
    reason         text not null,
    parser_version int not null,
    times          int not null,
    poll_id        bigint not null references audit.poll,
    first_seen_at  timestamptz not null,
    last_seen_at   timestamptz not null,
    primary key (listener_id, source, content_hash)
);
comment on table audit.rejected_row is
    'What could not be understood, whole, once by content; tried again when the parser changes.';

create table audit.api_call (
    minute   timestamptz not null,
    endpoint text not null,
    calls    int not null,
    primary key (minute, endpoint)
);
comment on table audit.api_call is 'Calls made to Spotify, by minute and endpoint; the budget is a rolling 24 hours.';

create table audit.api_quota (
    only_row   boolean primary key default true check (only_row),
    not_before timestamptz,
    reason     text
);
insert into audit.api_quota default values;
comment on table audit.api_quota is
    'One row: until when Spotify asked us to stay away. Locked for update by whoever is about to call.';

-- raw -----------------------------------------------------------------------------------------------------

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
    'One row per distinct track object served; fields that change by themselves (popularity, markets) left out.';

create table raw.context (
    context_key   int generated always as identity primary key,
    content_hash  uuid not null unique,
    payload       jsonb not null,
    context_type  text generated always as (payload ->> 'type') stored,
    context_uri   text generated always as (payload ->> 'uri') stored
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

-- Reading what was served: whatever is missing, or of another kind than documented, is null and fails nothing.

create function star.text_of(served jsonb) returns text language sql immutable
return case when jsonb_typeof(served) = 'string' then nullif(left(served #>> '{}', 500), '') end;
comment on function star.text_of is 'A text that is not empty, at most 500 characters of it: no index takes a text without end.';

create function star.whole_number(served jsonb) returns int language sql immutable
return case when jsonb_typeof(served) = 'number' then
            case when served::numeric between 0 and 2147483647 then served::numeric::int end end;
comment on function star.whole_number is 'A number from 0 on that an int can hold.';

create function star.credits_of(track jsonb) returns table ("position" smallint, artist_id text, artist_name text)
language sql immutable as $$
select (c.ordinality - 1)::smallint, star.text_of(c.credit -> 'id'),
       coalesce(star.text_of(c.credit -> 'name'), 'Unknown artist')
from jsonb_array_elements(case when jsonb_typeof(track -> 'artists') = 'array' and track -> 'artists' <> '[]'
                               then track -> 'artists' else '[null]' end) with ordinality as c (credit, ordinality)
where c.ordinality <= 1000
$$;
comment on function star.credits_of is
    'The artists of a track in the served order, position 0 the main artist; a track without any has one, unknown.';

create function star.album_ref(track jsonb) returns text language sql immutable
return coalesce(star.text_of(track #> '{album,id}'),
                'name:' || coalesce(left(star.text_of(track #> '{artists,0,name}'), 200), '') || chr(31)
                        || left(star.text_of(track #> '{album,name}'), 200));
comment on function star.album_ref is 'The album''s id or, for a local file, artist and title; null without either.';

create function star.release_date(served text) returns date language plpgsql immutable as $$
begin
    return case when served ~ '^[0-9]{4}(-[0-9]{2}){0,2}$' then rpad(served, 10, '-01-01')::date end;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end $$;
comment on function star.release_date is
    'Year, month or day; its first day where only year or month is known. Nonsense ("0000") is no date.';

-- star ----------------------------------------------------------------------------------------------------

create table star.artist_dim (
    artist_key   int generated always as identity primary key,
    artist_id    text unique,
    artist_name  text not null,
    genres       text,
    image_url    text,
    asked_at     timestamptz,
    ask_again_at timestamptz,
    is_unknown   boolean not null default false
);
create unique index artist_dim_by_name_alone on star.artist_dim (artist_name) where artist_id is null;
create index artist_dim_queue on star.artist_dim (ask_again_at) where artist_id is not null;
comment on table star.artist_dim is
    'One row per artist. An artist known by name only (no id) is provisional. `ask_again_at` null: Spotify was never asked.';
comment on column star.artist_dim.is_unknown is 'Spotify said it does not know this id; asked again after a month.';

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
    payload_key            int references raw.track_payload
);
comment on table star.album_dim is 'One row per album. `album_ref` is its id, or for a local file artist and title.';

create table star.track_dim (
    track_key   int generated always as identity primary key,
    track_ref   text not null unique,
    track_id    text,
    track_name  text not null,
    artist_key  int not null references star.artist_dim,
    album_key   int references star.album_dim,
    duration_ms int,
    explicit    boolean,
    isrc        text,
    payload_key int references raw.track_payload
);
create index track_dim_by_artist on star.track_dim (artist_key);
comment on table star.track_dim is
    'One row per track. `track_ref` is its id, or the uri of a local file. `artist_key` is the main (first) artist.';

create table star.track_artist (
    track_key  int not null references star.track_dim on delete cascade,
    position   smallint not null,
    artist_key int not null references star.artist_dim,
    primary key (track_key, position)
);
create index track_artist_by_artist on star.track_artist (artist_key);
comment on table star.track_artist is 'One row per credit, position 0 the main artist. Featured credits never add to totals.';

create table star.play_label (
    label_key int generated always as identity primary key,
    label     text not null unique
);
comment on table star.play_label is 'Words that repeat on millions of plays (platform, country, reasons), each once.';

-- Every source's half is kept whole beside the merged answer, so that a match can be taken apart again.
-- Wide columns first: the row stays free of padding.
create table star.streaming_fact (
    play_key         bigint generated always as identity,
    played_at        timestamptz not null,
    played_at_local  timestamp not null,
    api_at           timestamptz,
    export_at        timestamptz,
    legacy_at        timestamptz,
    listener_id      int not null references audit.listener on delete cascade,
    track_key        int not null references star.track_dim,
    ms_played        int not null check (ms_played >= 0),
    played_on        date not null generated always as (played_at_local::date) stored,
    api_track_key    int references star.track_dim,
    api_duration_ms  int,
    api_context_key  int references raw.context,
    export_track_key int references star.track_dim,
    export_ms        int,
    legacy_track_key int references star.track_dim,
    played_hour      smallint not null generated always as (extract(hour from played_at_local)::smallint) stored,
    platform_key     int references star.play_label,
    country_key      int references star.play_label,
    reason_start_key int references star.play_label,
    reason_end_key   int references star.play_label,
    is_estimated     boolean not null,
    skipped          boolean,
    shuffle          boolean,
    offline          boolean,
    incognito        boolean,
    primary key (play_key),
    check (api_at is not null or export_at is not null or legacy_at is not null)
);
create index streaming_fact_by_time on star.streaming_fact (listener_id, played_at);
create index streaming_fact_by_track on star.streaming_fact (track_key);
create unique index streaming_fact_api_half on star.streaming_fact (listener_id, api_at, api_track_key)
    where api_at is not null;
comment on table star.streaming_fact is
    'One row per play of a listener. `played_at` is the END of the play; local columns are in the listener''s zone.';
comment on column star.streaming_fact.is_estimated is
    'True: ms_played is least(duration, greatest(30 s, time since the previous END)); false: Spotify reported it.';

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
comment on table star.spotify_top is
    'Spotify''s own ranking, one row per listener, local day, list and rank; without counts, never part of a total.';

-- Columns of the tables that are Dagster assets: its UI shows these words --------------------------------------

comment on column raw.recently_played.listener_id is 'Whose play.';
comment on column raw.recently_played.played_at is 'END of the play (UTC), to the millisecond, as served.';
comment on column raw.recently_played.track_ref is 'Id of the track as served; of a local file its uri.';
comment on column raw.recently_played.payload_key is 'The track object as served: raw.track_payload.';
comment on column raw.recently_played.context_key is 'What it was played from: raw.context; null for searches, queues and radios.';
comment on column raw.recently_played.poll_id is 'The poll that landed it first: audit.poll.';
comment on column raw.recently_played.is_merged is 'Whether the fact has it.';

comment on column star.streaming_fact.play_key is 'Key of the play.';
comment on column star.streaming_fact.played_at is 'END of the play (UTC).';
comment on column star.streaming_fact.played_at_local is 'The same in the listener''s zone, without zone.';
comment on column star.streaming_fact.played_on is 'Local day.';
comment on column star.streaming_fact.played_hour is 'Local hour, 0 to 23.';
comment on column star.streaming_fact.listener_id is 'Whose play.';
comment on column star.streaming_fact.track_key is 'The track: star.track_dim.';
comment on column star.streaming_fact.ms_played is 'Milliseconds listened, reported or estimated.';
comment on column star.streaming_fact.api_at is 'The API''s half: END as polled (UTC); null when no poll told of the play.';
comment on column star.streaming_fact.api_track_key is 'The API''s half: the track as polled.';
comment on column star.streaming_fact.api_duration_ms is 'The API''s half: length of the track as polled, for the estimate.';
comment on column star.streaming_fact.api_context_key is 'The API''s half: what it was played from (raw.context).';
comment on column star.streaming_fact.export_at is 'The export''s half: END as exported (UTC); null when no export told of the play.';
comment on column star.streaming_fact.export_track_key is 'The export''s half: the track as exported.';
comment on column star.streaming_fact.export_ms is 'The export''s half: milliseconds listened, as reported.';
comment on column star.streaming_fact.legacy_at is 'The old tables'' half: END as they have it (UTC).';
comment on column star.streaming_fact.legacy_track_key is 'The old tables'' half: the track as they have it.';
comment on column star.streaming_fact.platform_key is 'Device, from the export (star.play_label).';
comment on column star.streaming_fact.country_key is 'Country of the connection, from the export (star.play_label).';
comment on column star.streaming_fact.reason_start_key is 'Why the play began, from the export (star.play_label).';
comment on column star.streaming_fact.reason_end_key is 'Why the play ended, from the export (star.play_label).';
comment on column star.streaming_fact.skipped is 'From the export.';
comment on column star.streaming_fact.shuffle is 'From the export.';
comment on column star.streaming_fact.offline is 'From the export.';
comment on column star.streaming_fact.incognito is 'Private session, from the export.';

comment on column star.track_dim.track_key is 'Key of the track.';
comment on column star.track_dim.track_ref is 'Its id, or the uri of a local file.';
comment on column star.track_dim.track_id is 'Spotify id; null for a local file.';
comment on column star.track_dim.track_name is 'Title.';
comment on column star.track_dim.artist_key is 'Main (first) artist: star.artist_dim.';
comment on column star.track_dim.album_key is 'Album: star.album_dim; null until its payload is read.';
comment on column star.track_dim.duration_ms is 'Length in milliseconds.';
comment on column star.track_dim.explicit is 'Marked explicit.';
comment on column star.track_dim.isrc is 'International Standard Recording Code.';
comment on column star.track_dim.payload_key is 'The payload these columns were read from: raw.track_payload.';

comment on column star.artist_dim.artist_key is 'Key of the artist.';
comment on column star.artist_dim.artist_id is 'Spotify id; null when known by name only.';
comment on column star.artist_dim.artist_name is 'Name.';
comment on column star.artist_dim.genres is 'Comma separated; mostly null, Spotify hardly serves them any more.';
comment on column star.artist_dim.image_url is 'Picture.';
comment on column star.artist_dim.asked_at is 'When Spotify was last asked for this artist.';
comment on column star.artist_dim.ask_again_at is 'When to ask (again); null: never asked, so now.';

comment on column star.spotify_top.listener_id is 'Whose ranking.';
comment on column star.spotify_top.taken_on is 'Local day on which it was asked for.';
comment on column star.spotify_top.kind is 'artists or tracks.';
comment on column star.spotify_top.time_range is 'Spotify''s: short_term (4 weeks), medium_term (6 months), long_term (a year).';
comment on column star.spotify_top.rank is '1 is first.';
comment on column star.spotify_top.artist_key is 'The artist, in lists of artists.';
comment on column star.spotify_top.track_key is 'The track, in lists of tracks.';
