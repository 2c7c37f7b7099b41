-- What belongs to one listener, and what they had forgotten.

create or replace function audit.forgotten_before(spotify_user_id text) returns timestamptz language sql stable
return (select max(t.forgotten_before) from audit.tombstone t
         where t.hash = sha256(t.salt || convert_to(spotify_user_id, 'UTF8')));
comment on function audit.forgotten_before is
    'What a listener who was removed wholly had forgotten; null for everybody else.';

create or replace function audit.latest_end(source text, payload text, seen_at timestamptz) returns timestamptz
language plpgsql stable set timezone = 'UTC' as $$
declare
    told text;
begin
    told := coalesce(payload::jsonb ->> 'played_at', payload::jsonb ->> 'ts', payload::jsonb ->> 'endTime',
                     payload::jsonb #>> '{main_streaming_data,played_at}');
    if told ~ '^\d{4}-\d\d-\d\d[T ]' then
        -- What the old tables tell without a zone is Kolkata's time.
        return (told || case when source = 'legacy' and told !~ '([Zz]|[+-]\d\d(:?\d\d)?)$' then '+05:30' else '' end)
               ::timestamptz;
    end if;
    raise data_exception;
exception when data_exception or program_limit_exceeded then
    return case when source = 'poll' then seen_at else '-infinity' end;
end $$;
comment on function audit.latest_end is
    'When the play of a row nobody understands ended, as far as can be told: by the row itself; a polled one by when it was seen; else never, so that in doubt it is forgotten.';

create or replace function star.tracks_of(listener int) returns setof int language sql stable as $$
select f.track_key from star.streaming_fact f where f.listener_id = listener
union select f.api_track_key from star.streaming_fact f where f.listener_id = listener and f.api_track_key is not null
union select t.track_key from raw.legacy_play l join raw.legacy_track o using (legacy_track_key)
        join star.track_dim t using (track_ref) where l.listener_id = listener
union select t.track_key from star.streaming_fact f join raw.export_track x using (export_track_key)
        join star.track_dim t on t.track_ref = x.track_ref where f.listener_id = listener
union select t.track_key from raw.recently_played r join star.track_dim t using (track_ref) where r.listener_id = listener
union select s.track_key from star.spotify_top s where s.listener_id = listener and s.track_key is not null
$$;
comment on function star.tracks_of is
    'Every track a listener played, by any source, or has in a ranking of Spotify''s.';

create or replace function star.artists_of(listener int) returns setof int language sql stable as $$
select t.artist_key from star.track_dim t where t.track_key in (select star.tracks_of(listener))
union select c.artist_key from star.track_artist c where c.track_key in (select star.tracks_of(listener))
union select a.artist_key from raw.legacy_play l join raw.legacy_track o using (legacy_track_key)
        join star.artist_dim a using (artist_id) where l.listener_id = listener
union select s.artist_key from star.spotify_top s where s.listener_id = listener and s.artist_key is not null
$$;
comment on function star.artists_of is
    'Every artist of a listener''s tracks, featured ones and those the old tables name too, or in their rankings.';

create or replace function star.remove_plays_of_gone() returns trigger language plpgsql as $$
begin
    delete from star.streaming_fact f using gone g where f.listener_id = g.listener_id;
    return null;
end $$;
comment on function star.remove_plays_of_gone is 'Plays go with their listener.';
create or replace trigger remove_plays_of_gone after delete on audit.listener
    referencing old table as gone for each statement execute function star.remove_plays_of_gone();
