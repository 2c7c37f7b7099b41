-- What counts of an artist's genres and origin, of all that is told: pages read these, and bi.artist_genres, bi.artists.

create or replace view star.genre_of_artist as
-- Beginning with what is said, which is little, and not materialized: who asks about one artist looks at one.
with said as not materialized (
    -- By id before by name: an artist of the same name may be another one.
    select distinct on (m.artist_key) m.artist_key, m.genres
    from (select a.artist_key, o.genres, 1 as place
          from insights.artist_override o join star.artist_dim a on a.artist_id = o.artist_ref
          where o.genres is not null
          union all
          select a.artist_key, o.genres, 2
          from insights.artist_override o join star.artist_dim a on a.artist_name = o.artist_ref
          where o.genres is not null) m
    order by m.artist_key, m.place
),
told as (
    select s.artist_key, 1 as place, 'listener' as source, g.genre, cardinality(s.genres) - g.nth::int + 1 as votes
    from said s cross join lateral unnest(s.genres) with ordinality as g (genre, nth)
    union all
    select t.artist_key, case t.source when 'musicbrainz' then 2 else 3 end, t.source, t.genre, t.votes
    from star.artist_genre t
    where not exists (select from said s where s.artist_key = t.artist_key)
    union all
    select distinct a.artist_key, 4, 'spotify', lower(trim(g.genre)), 1
    from star.artist_dim a cross join lateral regexp_split_to_table(a.genres, ',') as g (genre)
    where a.genres is not null and trim(g.genre) <> '' and not exists (select from said s where s.artist_key = a.artist_key)
),
ranked as (
    select t.*, min(t.place) over (partition by t.artist_key) as first_place from told t
)
select artist_key, genre, votes::float8 / sum(votes) over (partition by artist_key) as weight, source
from ranked
where place = first_place;
comment on view star.genre_of_artist is
    'One row per genre that counts of an artist: of the first source that tells any, in the order listener, musicbrainz, wikidata, spotify.';
comment on column star.genre_of_artist.artist_key is 'Artist.';
comment on column star.genre_of_artist.genre is 'Name in lower case.';
comment on column star.genre_of_artist.weight is 'Share of the votes of all genres of the artist; they add up to 1.';
comment on column star.genre_of_artist.source is 'listener, musicbrainz, wikidata or spotify.';

create or replace view star.origin_of_artist as
select a.artist_key, coalesce(by_id.country, by_name.country, t.country) as country, t.area, t.kind,
       coalesce(by_id.began, by_name.began, t.began) as began, t.ended
from star.artist_dim a
left join star.artist_tags t using (artist_key)
left join insights.artist_override by_id on by_id.artist_ref = a.artist_id
left join insights.artist_override by_name on by_name.artist_ref = a.artist_name;
comment on view star.origin_of_artist is
    'One row per artist: where they come from and when they began, as the listener says, else as told.';
comment on column star.origin_of_artist.artist_key is 'Artist.';
comment on column star.origin_of_artist.country is 'Two letters (ISO 3166-1).';
comment on column star.origin_of_artist.area is 'The area as MusicBrainz names it.';
comment on column star.origin_of_artist.kind is 'person, group, orchestra, choir, character or other.';
comment on column star.origin_of_artist.began is 'Year.';
comment on column star.origin_of_artist.ended is 'Year.';

-- Releases of one album or several albums of one name? Of singles it does not matter.
create or replace view star.album_in_doubt as
select a.album_key, a.album_id, a.album_name, a.group_due_at
from star.album_dim a
join (select d.bare_title from star.album_dim d
       where d.album_id is not null
       group by d.bare_title
       having count(*) > 1 and bool_or(d.album_type is distinct from 'single')) several using (bare_title)
where a.album_id is not null;
comment on view star.album_in_doubt is
    'One row per album with a Spotify id that shares its bare title with another by the same album artist, unless all are singles.';
comment on column star.album_in_doubt.album_key is 'Album: star.album_dim.';
comment on column star.album_in_doubt.album_id is 'Spotify id.';
comment on column star.album_in_doubt.album_name is 'Title.';
comment on column star.album_in_doubt.group_due_at is 'When to ask about it; null: now.';
