-- What changed, by the transaction that changed it: whoever keeps plays in memory asks for what its snapshot did not see. Rows
-- are only ever added, without a key, so whoever writes waits for nobody. Written by triggers: nobody who writes can forget it.
create table audit.changed_day (
    listener_id int not null references audit.listener on delete cascade,
    day         date not null,
    changed_by  xid8 not null default pg_current_xact_id(),
    changed_at  timestamptz not null default now()
);
create index changed_day_by_transaction on audit.changed_day (listener_id, changed_by);
comment on table audit.changed_day is
    'One row per statement, listener and local day whose plays it changed; kept for a week.';
comment on column audit.changed_day.listener_id is 'Whose.';
comment on column audit.changed_day.day is 'Local day.';
comment on column audit.changed_day.changed_by is 'The transaction.';
comment on column audit.changed_day.changed_at is 'When it began (UTC).';

create table audit.changed_track (
    track_key  int not null,
    changed_by xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now()
);
create index changed_track_by_transaction on audit.changed_track (changed_by);
comment on table audit.changed_track is
    'One row per statement and track whose artists, album, length or recording it changed; kept for a week. New tracks are not here.';
comment on column audit.changed_track.track_key is 'Track.';
comment on column audit.changed_track.changed_by is 'The transaction.';
comment on column audit.changed_track.changed_at is 'When it began (UTC).';

create function audit.note_days_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_day (listener_id, day) select distinct listener_id, played_on from added;
    return null;
end $$;
create function audit.note_days_removed() returns trigger language plpgsql as $$
begin
    -- A listener who is forgotten takes their plays along.
    insert into audit.changed_day (listener_id, day)
    select distinct r.listener_id, r.played_on from removed r join audit.listener using (listener_id);
    return null;
end $$;
create function audit.note_days_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_day (listener_id, day)
    select listener_id, played_on from added union select listener_id, played_on from removed;
    return null;
end $$;
create function audit.note_tracks_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select track_key from added a join removed r using (track_key)
    where (a.artist_key, a.album_key, a.duration_ms, a.isrc)
          is distinct from (r.artist_key, r.album_key, r.duration_ms, r.isrc);
    return null;
end $$;
create function audit.note_tracks_of_albums() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select t.track_key
    from added a join removed r using (album_key) join star.track_dim t using (album_key)
    where (a.release_date, a.release_group) is distinct from (r.release_date, r.release_group);
    return null;
end $$;
create function audit.note_credits_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key) select distinct track_key from added where position > 0;
    return null;
end $$;
create function audit.note_credits_removed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key) select distinct track_key from removed where position > 0;
    return null;
end $$;
create function audit.note_credits_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_track (track_key)
    select track_key from added where position > 0 union select track_key from removed where position > 0;
    return null;
end $$;
comment on function audit.note_days_added is 'The days of new plays.';
comment on function audit.note_days_removed is 'The days of plays that went.';
comment on function audit.note_days_changed is 'The days that changed plays left and came to.';
comment on function audit.note_tracks_changed is 'Tracks that turned out to be something else.';
comment on function audit.note_tracks_of_albums is 'The tracks of albums that turned out to be something else.';
comment on function audit.note_credits_added is 'The tracks of new credits.';
comment on function audit.note_credits_removed is 'The tracks of credits that went.';
comment on function audit.note_credits_changed is 'The tracks of credits that changed.';

create trigger note_days_added after insert on star.streaming_fact
    referencing new table as added for each statement execute function audit.note_days_added();
create trigger note_days_removed after delete on star.streaming_fact
    referencing old table as removed for each statement execute function audit.note_days_removed();
create trigger note_days_changed after update on star.streaming_fact
    referencing old table as removed new table as added for each statement execute function audit.note_days_changed();
create trigger note_tracks_changed after update on star.track_dim
    referencing old table as removed new table as added for each statement execute function audit.note_tracks_changed();
create trigger note_tracks_of_albums after update on star.album_dim
    referencing old table as removed new table as added for each statement execute function audit.note_tracks_of_albums();
create trigger note_credits_added after insert on star.track_artist
    referencing new table as added for each statement execute function audit.note_credits_added();
create trigger note_credits_removed after delete on star.track_artist
    referencing old table as removed for each statement execute function audit.note_credits_removed();
create trigger note_credits_changed after update on star.track_artist
    referencing old table as removed new table as added for each statement execute function audit.note_credits_changed();
