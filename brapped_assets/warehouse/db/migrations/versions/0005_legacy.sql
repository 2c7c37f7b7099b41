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

comment on column star.streaming_fact.legacy_track_key is
    'The old tables'' half: the track as they have it (raw.legacy_track).';
-- Not unique, though no half is there twice: one that moves from row to row is, for a moment within the statement.
create index streaming_fact_legacy_half on star.streaming_fact (listener_id, legacy_at) where legacy_at is not null;

-- What the old scripts polled was polled.
create or replace view audit.reconciliation as
select f.listener_id, f.played_on as day,
       count(*) filter (where f.polled_at is not null and f.export_at is not null) as matched,
       count(*) filter (where f.export_at is null) as only_polled,
       count(*) filter (where f.polled_at is null) as only_exported,
       count(*) filter (where f.polled_at is null and f.ms_played >= 30000 and f.incognito is not true)
           as only_exported_but_shown,
       avg(extract(epoch from f.export_at - f.polled_at)) filter (where f.in_extended)::float8 as mean_seconds_later,
       max(abs(extract(epoch from f.export_at - f.polled_at))) filter (where f.in_extended)::float8
           as most_seconds_apart
from (select *, coalesce(api_at, legacy_at) as polled_at from star.streaming_fact) f
group by f.listener_id, f.played_on;
comment on view audit.reconciliation is
    'One row per listener and local day: plays told by polls (the old scripts'' too) and exports, by one of them only, and how far apart.';
comment on column audit.reconciliation.only_exported is
    'Plays that no poll told of: before collecting began, short, private, or missed.';
