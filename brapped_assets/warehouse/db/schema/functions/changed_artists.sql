-- Whoever changes what is known of artists notes it, by triggers: audit.changed_artist.

create or replace function audit.note_genres_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_artist (artist_key) select distinct artist_key from added;
    return null;
end $$;
comment on function audit.note_genres_added is 'The artists of new genres.';
create or replace trigger note_genres_added after insert on star.artist_genre
    referencing new table as added for each statement execute function audit.note_genres_added();

create or replace function audit.note_genres_removed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_artist (artist_key) select distinct artist_key from removed;
    return null;
end $$;
comment on function audit.note_genres_removed is 'The artists of genres that went.';
create or replace trigger note_genres_removed after delete on star.artist_genre
    referencing old table as removed for each statement execute function audit.note_genres_removed();

create or replace function audit.note_origins_added() returns trigger language plpgsql as $$
begin
    insert into audit.changed_artist (artist_key)
    select artist_key from added where country is not null or began is not null;
    return null;
end $$;
comment on function audit.note_origins_added is 'The artists whose country or year is known now.';
create or replace trigger note_origins_added after insert on star.artist_tags
    referencing new table as added for each statement execute function audit.note_origins_added();

create or replace function audit.note_origins_changed() returns trigger language plpgsql as $$
begin
    insert into audit.changed_artist (artist_key)
    select artist_key from added a join removed r using (artist_key)
    where (a.country, a.began) is distinct from (r.country, r.began);
    return null;
end $$;
comment on function audit.note_origins_changed is 'The artists whose country or year turned out to be another.';
create or replace trigger note_origins_changed after update on star.artist_tags
    referencing old table as removed new table as added for each statement execute function audit.note_origins_changed();

create or replace function audit.note_artists_described() returns trigger language plpgsql as $$
begin
    insert into audit.changed_artist (artist_key)
    select artist_key from added a join removed r using (artist_key) where a.genres is distinct from r.genres;
    return null;
end $$;
comment on function audit.note_artists_described is 'The artists of whom Spotify tells other genres.';
create or replace trigger note_artists_described after update on star.artist_dim
    referencing old table as removed new table as added for each statement execute function audit.note_artists_described();

create or replace function audit.note_override() returns trigger language plpgsql as $$
declare
    refs text[] := array[case when tg_op <> 'DELETE' then new.artist_ref end, case when tg_op <> 'INSERT' then old.artist_ref end];
begin
    insert into audit.changed_artist (artist_key)
    select artist_key from star.artist_dim where artist_id = any(refs) or artist_name = any(refs);
    return null;
end $$;
comment on function audit.note_override is 'The artists of whom the listener says something else.';
create or replace trigger note_override after insert or update or delete on insights.artist_override
    for each row execute function audit.note_override();
