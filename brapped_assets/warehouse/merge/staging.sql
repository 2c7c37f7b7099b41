-- name: stage
-- Gone with the transaction, so nothing is left behind by a kill, and nothing needs a session. Tracks and details repeat
-- on many plays and are there once.
-- They are analysed, for the planner to know their sizes; what is in them it need not know in detail.
set local default_statistics_target = 1;
drop table if exists staged_play, staged_track, staged_detail, stored, met, numbered;
create temporary table staged_track (
    track_number int not null, content_hash uuid not null, track_ref text not null, track_id text,
    title text not null, artist text not null, album text
) on commit drop;
create temporary table staged_detail (
    detail_number int not null, platform text, country text, reason_start text, reason_end text,
    shuffle boolean, skipped boolean, offline boolean, incognito boolean,
    platform_key int, country_key int, reason_start_key int, reason_end_key int
) on commit drop;
create temporary table staged_play (
    ended_at timestamptz not null, ms_played int not null, occurrence int not null, track_number int not null,
    detail_number int not null, uploaded_at timestamptz
) on commit drop;
create temporary table stored (
    play_key bigint not null, export_at timestamptz not null, uploaded_at timestamptz, track_ref text not null,
    export_ms int not null, export_nth int not null, platform_key int, country_key int, reason_start_key int,
    reason_end_key int, shuffle boolean, skipped boolean, offline boolean, incognito boolean
) on commit drop

-- name: is_staged
select to_regclass('pg_temp.staged_play') is not null

-- name: copy_tracks
copy staged_track (track_number, content_hash, track_id, track_ref, title, artist, album) from stdin (format binary)

-- name: copy_details
copy staged_detail (detail_number, platform, country, reason_start, reason_end, shuffle, skipped, offline, incognito)
from stdin

-- name: unstage
truncate staged_play, stored

-- name: copy_plays
copy staged_play (ended_at, ms_played, occurrence, track_number, detail_number, uploaded_at) from stdin (format binary)

-- name: unstage_forgotten_plays
delete from staged_play where ended_at < %(forgotten_before)s

-- name: unstage_forgotten_names
-- Nothing of a track or a detail that only forgotten plays speak of comes back.
with unspoken as (
    delete from staged_detail d
    where not exists (select from staged_play p where p.detail_number = d.detail_number)
)
delete from staged_track t where not exists (select from staged_play p where p.track_number = t.track_number)
