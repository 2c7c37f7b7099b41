-- Artists and albums by their names.

create or replace function star.somebody(name text) returns text language sql immutable parallel safe
return case when star.is_nobody(null, name) then 'Unknown artist' else name end;
comment on function star.somebody is 'A name, or the words for an artist who is not known where it is nobody''s.';

create or replace function star.loose_name(name text) returns text language sql immutable parallel safe
return translate(replace(lower(normalize(name, NFKD)), 'ß', 'ss'), E'ς \t\n\r', 'σ');
comment on function star.loose_name is
    'A name without what two exports may spell differently: Unicode form, case, spacing. Whatever `comparable` in rematch.py has as one name is one here.';

create or replace function star.somebodys_id(id text, name text) returns text language sql immutable parallel safe
return case when id <> '0LyfQWJT6nXafLPZqxke9J' and (name = 'Unknown artist' or not star.is_nobody(id, name)) then id end;
comment on function star.somebodys_id is
    'An artist''s id, unless they are nobody. Who is called "Unknown artist" has an id whose name is not told yet.';

create or replace function star.artist_of(id text, name text) returns table (artist_key int) language sql stable as $$
(select a.artist_key from star.artist_dim a where a.artist_id = id)
union all
(select a.artist_key from star.artist_dim a
  where id is null and a.artist_name = name and (a.artist_id is null or lower(name) <> 'unknown artist')
  order by a.artist_id is null, a.artist_key
  limit 1)
$$;
comment on function star.artist_of is
    'The artist of this id or, without an id, who is meant by a name alone: of those who have an id the one known first, else the provisional one. Nobody with an id is the unknown artist.';

create or replace function star.named_album_ref(artist text, album text) returns text language sql immutable
return 'name:' || coalesce(left(artist, 200), '') || chr(31) || left(album, 200);
comment on function star.named_album_ref is
    'What an album is known by that has no id: artist and title; null without a title.';

create or replace function star.keep_release_group() returns trigger language plpgsql as $$
begin
    new.release_group := coalesce(new.told_group, star.release_group(new.album_name, new.artist_name, new.album_ref));
    return new;
end $$;
comment on function star.keep_release_group is 'Has an album''s number follow what is told of it or else its title.';
create or replace trigger keep_release_group before insert or update on star.album_dim
    for each row execute function star.keep_release_group();

create or replace function star.shown_release(asked bigint) returns setof star.album_dim language sql stable rows 1 as $$
    select * from star.album_dim where release_group = asked order by image_url is null, album_key limit 1
$$;
comment on function star.shown_release is
    'The release that stands for its album: the oldest with a cover, else the oldest.';

create or replace function star.artist_picture(asked int) returns text language sql stable as $$
    select coalesce(
        (select a.image_url from star.artist_dim a where a.artist_key = asked),
        (select al.image_url from star.track_dim t join star.album_dim al using (album_key)
          where t.artist_key = asked and al.image_url is not null order by t.track_key limit 1))
$$;
comment on function star.artist_picture is
    'Where a picture of the artist is; while none is known, the cover of an album of theirs.';

create or replace function insights.in_one_step() returns trigger language plpgsql as $$
begin
    -- One at a time: two at once could make two steps.
    perform pg_advisory_xact_lock(8271404, new.listener_id);
    new.to_key := coalesce((select a.to_key from insights.alias a
                             where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.to_key), new.to_key);
    if new.to_key = new.from_key
       or exists (select from insights.alias a
                   where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.from_key) then
        return null;
    end if;
    update insights.alias a set to_key = new.to_key
    where a.listener_id = new.listener_id and a.kind = new.kind and a.to_key = new.from_key;
    return new;
end $$;
comment on function insights.in_one_step is
    'Has an alias, and those of what it is of, lead to the end at once; one that would lead back to itself, or a second of the same, is left out.';
create or replace trigger in_one_step before insert on insights.alias for each row execute function insights.in_one_step();
