-- Whoever changes plays, of music or not, or tracks notes it, by triggers: audit.changed_day, audit.changed_track.

create or replace function audit.note_days_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_day (listener_id, day) select distinct listener_id, played_on from added;
    return null;
end $$;
comment on function audit.note_days_added is 'The days of new plays.';
create or replace trigger note_days_added after insert on star.streaming_fact
    referencing new table as added for each statement execute function audit.note_days_added();
create or replace trigger note_days_added after insert on star.spoken_play
    referencing new table as added for each statement execute function audit.note_days_added();

create or replace function audit.note_days_removed() returns trigger language plpgsql as $$
begin
    -- A listener who is forgotten takes their plays along.
    insert into audit.changed_day (listener_id, day)
    select distinct r.listener_id, r.played_on from removed r join audit.listener using (listener_id);
    return null;
end $$;
comment on function audit.note_days_removed is 'The days of plays that went.';
create or replace trigger note_days_removed after delete on star.streaming_fact
    referencing old table as removed for each statement execute function audit.note_days_removed();
create or replace trigger note_days_removed after delete on star.spoken_play
    referencing old table as removed for each statement execute function audit.note_days_removed();

create or replace function audit.note_days_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_day (listener_id, day)
    select listener_id, played_on from added union select listener_id, played_on from removed;
    return null;
end $$;
comment on function audit.note_days_changed is 'The days that changed plays left and came to.';
create or replace trigger note_days_changed after update on star.streaming_fact
    referencing old table as removed new table as added for each statement execute function audit.note_days_changed();
create or replace trigger note_days_changed after update on star.spoken_play
    referencing old table as removed new table as added for each statement execute function audit.note_days_changed();

create or replace function audit.note_tracks_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select track_key from added a join removed r using (track_key)
    where (a.artist_key, a.album_key, a.duration_ms, a.isrc)
          is distinct from (r.artist_key, r.album_key, r.duration_ms, r.isrc);
    return null;
end $$;
comment on function audit.note_tracks_changed is 'Tracks that turned out to be something else.';
create or replace trigger note_tracks_changed after update on star.track_dim
    referencing old table as removed new table as added for each statement execute function audit.note_tracks_changed();

create or replace function audit.note_tracks_of_albums() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select t.track_key
    from added a join removed r using (album_key) join star.track_dim t using (album_key)
    where (a.release_date, a.release_group) is distinct from (r.release_date, r.release_group);
    return null;
end $$;
comment on function audit.note_tracks_of_albums is 'The tracks of albums that turned out to be something else.';
create or replace trigger note_tracks_of_albums after update on star.album_dim
    referencing old table as removed new table as added for each statement execute function audit.note_tracks_of_albums();

create or replace function audit.note_credits_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key) select distinct track_key from added where position > 0;
    return null;
end $$;
comment on function audit.note_credits_added is 'The tracks of new credits.';
create or replace trigger note_credits_added after insert on star.track_artist
    referencing new table as added for each statement execute function audit.note_credits_added();

create or replace function audit.note_credits_removed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key) select distinct track_key from removed where position > 0;
    return null;
end $$;
comment on function audit.note_credits_removed is 'The tracks of credits that went.';
create or replace trigger note_credits_removed after delete on star.track_artist
    referencing old table as removed for each statement execute function audit.note_credits_removed();

create or replace function audit.note_credits_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select track_key from added where position > 0 union select track_key from removed where position > 0;
    return null;
end $$;
comment on function audit.note_credits_changed is 'The tracks of credits that changed.';
create or replace trigger note_credits_changed after update on star.track_artist
    referencing old table as removed new table as added for each statement execute function audit.note_credits_changed();
