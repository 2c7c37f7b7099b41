-- The data exports: their files, the tracks as they name them, and which of them tells of a play.

create table audit.import_file (
    file_id        int generated always as identity primary key,
    listener_id    int not null references audit.listener on delete cascade,
    content_hash   text not null,
    kind           text not null check (kind in ('extended', 'account')),
    name           text not null,
    archive        text not null,
    running_number int,
    rows_read      int not null default 0,
    plays_new      int not null default 0,
    plays_matched  int not null default 0,
    plays_known    int not null default 0,
    rows_odd       int not null default 0,
    rows_other     int not null default 0,
    first_at       timestamptz,
    last_at        timestamptz,
    started_at     timestamptz not null,
    finished_at    timestamptz,
    unique (listener_id, content_hash)
);
comment on table audit.import_file is
    'One row per file of an export, known by its content. `rows_read` is how far it is merged: a killed import goes on from there.';

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

alter table star.streaming_fact
    drop constraint streaming_fact_export_track_key_fkey,
    add foreign key (export_track_key) references raw.export_track,
    add column in_extended boolean not null default false,
    add column in_account boolean not null default false,
    add check ((export_at is not null) = (in_extended or in_account));
comment on column star.streaming_fact.in_extended is 'The extended streaming history tells of the play.';
comment on column star.streaming_fact.in_account is 'The account data tells of the play, to the minute.';
comment on column star.streaming_fact.export_track_key is 'The export''s half: the track as exported (raw.export_track).';
