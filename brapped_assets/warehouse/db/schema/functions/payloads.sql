-- Reading what was served: whatever is missing, or of another kind than documented, is null and fails nothing.

create or replace function star.text_of(served jsonb) returns text language sql immutable
return case when jsonb_typeof(served) = 'string' then nullif(left(served #>> '{}', 500), '') end;
comment on function star.text_of is
    'A text that is not empty, at most 500 characters of it: no index takes a text without end.';

create or replace function star.whole_number(served jsonb) returns int language sql immutable
return case when jsonb_typeof(served) = 'number' then
            case when served::numeric between 0 and 2147483647 then served::numeric::int end end;
comment on function star.whole_number is 'A number from 0 on that an int can hold.';

create or replace function star.release_date(served text) returns date language plpgsql immutable as $$
begin
    return case when served ~ '^[0-9]{4}(-[0-9]{2}){0,2}$' then rpad(served, 10, '-01-01')::date end;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end $$;
comment on function star.release_date is
    'Year, month or day; its first day where only year or month is known. Nonsense ("0000") is no date.';

create or replace function star.album_ref(track jsonb) returns text language sql immutable
return coalesce(star.text_of(track #> '{album,id}'),
                star.named_album_ref(star.text_of(track #> '{artists,0,name}'), star.text_of(track #> '{album,name}')));
comment on function star.album_ref is 'The album''s id or, for a local file, artist and title; null without either.';

create or replace function star.credits_served(track jsonb) returns table ("position" smallint, artist_id text, artist_name text)
language sql immutable as $$
select (c.ordinality - 1)::smallint, star.text_of(c.credit -> 'id'), star.text_of(c.credit -> 'name')
from jsonb_array_elements(case when jsonb_typeof(track -> 'artists') = 'array' and track -> 'artists' <> '[]'
                               then track -> 'artists' else '[null]' end) with ordinality as c (credit, ordinality)
where c.ordinality <= 1000
$$;
comment on function star.credits_served is
    'The artists of a track or an album as served, position 0 the first; one without any has one, of no name.';

create or replace function star.credits_of(track jsonb)
returns table ("position" smallint, artist_id text, artist_name text)
language sql immutable as $$
with served as (
    select c.*, star.is_nobody(c.artist_id, c.artist_name) as is_nobody from star.credits_served(track) c
)
(select (row_number() over (order by s."position") - 1)::smallint, s.artist_id, coalesce(s.artist_name, 'Unknown artist')
   from served s where not s.is_nobody)
union all
(select 0::smallint, null, 'Unknown artist' where not exists (select from served s where not s.is_nobody))
$$;
comment on function star.credits_of is
    'The artists of a track in the served order, position 0 the main artist; whoever is nobody is left out, and a track without anybody has one, unknown.';

create or replace function audit.not_music(track jsonb) returns text language sql immutable
return case when concat_ws(' ', lower(track ->> 'type'), lower(track ->> 'uri')) ~ '^(episode|show)\M|spotify:(episode|show):'
                 or jsonb_typeof(track -> 'show') = 'object' then 'podcast'
            when concat_ws(' ', lower(track ->> 'type'), lower(track ->> 'uri'))
                 ~ '^(chapter|audiobook)\M|spotify:(chapter|audiobook):'
                 or jsonb_typeof(track -> 'audiobook') = 'object' then 'audiobook' end;
comment on function audit.not_music is
    'What kind of thing a served object is when it is no music; null: music, as far as it says.';
