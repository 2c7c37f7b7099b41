-- The data exports: their files, the tracks as they name them, and which of them tells of a play.

create table audit.import_file (
    file_id          int generated always as identity primary key,
    listener_id      int not null references audit.listener on delete cascade,
    content_hash     text not null,
    kind             text not null check (kind in ('extended', 'account')),
    name             text not null,
    archive          text not null,
    running_number   int,
    rows_read        int not null default 0,
    plays_added      int not null default 0,
    plays_matched    int not null default 0,
    plays_told_twice int not null default 0,
    plays_known      int not null default 0,
    rows_other       jsonb not null default '{}',
    rows_odd         jsonb not null default '{}',
    first_at         timestamptz,
    last_at          timestamptz,
    started_at       timestamptz not null,
    finished_at      timestamptz,
    unique (listener_id, content_hash)
);
comment on table audit.import_file is
    'One row per file of an export, known by its content. `rows_read` is how far it is merged: a killed import goes on from there.';
comment on column audit.import_file.file_id is 'Key of the file.';
comment on column audit.import_file.listener_id is 'Whose plays it tells of.';
comment on column audit.import_file.content_hash is 'SHA-256 of the unpacked file: the same file is imported once.';
comment on column audit.import_file.kind is 'Extended streaming history, or account data.';
comment on column audit.import_file.name is 'Its name in the archive.';
comment on column audit.import_file.archive is 'The zip or folder it came in: the same for all files of one export, and no other.';
comment on column audit.import_file.running_number is 'Spotify''s own number within one export and kind; null where the name has none.';
comment on column audit.import_file.rows_read is 'Rows merged so far, counted from the start of the file.';
comment on column audit.import_file.plays_added is 'Plays the fact did not have.';
comment on column audit.import_file.plays_matched is 'Plays a poll had brought; what the export measured was added to them.';
comment on column audit.import_file.plays_told_twice is 'Plays the other kind of export had told of.';
comment on column audit.import_file.plays_known is 'Plays that were there already.';
comment on column audit.import_file.rows_other is 'Rows that are no music, by kind.';
comment on column audit.import_file.rows_odd is 'Rows nobody understood, by reason; kept whole in audit.rejected_row.';
comment on column audit.import_file.first_at is 'END of its first play (UTC), offline plays left out.';
comment on column audit.import_file.last_at is 'END of its last play (UTC), offline plays left out.';
comment on column audit.import_file.started_at is 'When its import began.';
comment on column audit.import_file.finished_at is 'When it was merged whole; null until then.';

-- A row of an export comes from no poll.
alter table audit.rejected_row alter column poll_id drop not null;

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

-- Tracks and words are only ever added, by the statement before the one that refers to them, and a daily check looks.
-- PostgreSQL checks foreign keys row by row: measured, 4 us each, and these took half of an import.
alter table star.streaming_fact
    drop constraint streaming_fact_track_key_fkey,
    drop constraint streaming_fact_api_track_key_fkey,
    drop constraint streaming_fact_legacy_track_key_fkey,
    drop constraint streaming_fact_export_track_key_fkey,
    drop constraint streaming_fact_platform_key_fkey,
    drop constraint streaming_fact_country_key_fkey,
    drop constraint streaming_fact_reason_start_key_fkey,
    drop constraint streaming_fact_reason_end_key_fkey,
    add column in_extended boolean not null default false,
    add column in_account boolean not null default false,
    add column export_nth smallint,
    add check ((export_at is not null) = (in_extended or in_account));
comment on column star.streaming_fact.in_extended is 'The extended streaming history tells of the play.';
comment on column star.streaming_fact.in_account is 'The account data tells of the play, to the minute.';
comment on column star.streaming_fact.export_track_key is 'The export''s half: the track as exported (raw.export_track).';
comment on column star.streaming_fact.export_nth is
    'The export''s half: which of the plays of this END, track and milliseconds within one file, 1 the first.';
-- Exports know artists by name alone.
create index artist_dim_by_name on star.artist_dim (artist_name);
create index streaming_fact_estimated on star.streaming_fact (listener_id, played_at) where is_estimated;

-- What two sources say of the same plays, so that the 90 s within which they are matched can be judged on real data.
create view audit.reconciliation as
select f.listener_id, f.played_on as day,
       count(*) filter (where f.api_at is not null and f.export_at is not null) as matched,
       count(*) filter (where f.export_at is null) as only_polled,
       count(*) filter (where f.api_at is null) as only_exported,
       count(*) filter (where f.api_at is null and f.ms_played >= 30000 and f.incognito is not true)
           as only_exported_but_shown,
       avg(extract(epoch from f.export_at - f.api_at)) filter (where f.in_extended)::float8 as mean_seconds_later,
       max(abs(extract(epoch from f.export_at - f.api_at))) filter (where f.in_extended)::float8 as most_seconds_apart
from star.streaming_fact f
where f.api_at is not null or f.export_at is not null
group by f.listener_id, f.played_on;
comment on view audit.reconciliation is
    'One row per listener and local day: plays told by polls and exports, by one of them only, and how far apart.';
comment on column audit.reconciliation.matched is 'Plays that a poll and an export told of.';
comment on column audit.reconciliation.only_polled is 'Plays that no export told of (yet).';
comment on column audit.reconciliation.only_exported is 'Plays that no poll told of: before collecting began, short, private, or missed.';
comment on column audit.reconciliation.only_exported_but_shown is
    'Those among them of 30 s and more and not private: what polling, had it been on, should have seen.';
comment on column audit.reconciliation.mean_seconds_later is
    'Mean of exported minus polled END over the matched plays of extended history, in seconds; account data knows the minute only.';
comment on column audit.reconciliation.most_seconds_apart is 'The greatest distance of the two, in seconds.';
