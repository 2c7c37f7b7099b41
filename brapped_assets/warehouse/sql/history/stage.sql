-- Gone with the transaction, so nothing is left behind by a kill, and nothing needs a session.
drop table if exists staged_track, staged_play;
create temporary table staged_track (
    track_number int primary key, content_hash uuid not null, track_ref text not null, track_id text,
    title text not null, artist text not null, album text
) on commit drop;
create temporary table staged_play (
    ended_at timestamptz not null, ms_played int not null, occurrence int not null, track_number int not null,
    platform text, country text, reason_start text, reason_end text,
    shuffle boolean, skipped boolean, offline boolean, incognito boolean
) on commit drop
