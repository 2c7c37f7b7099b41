-- What counts of an artist's genres and origin, of all that is told: pages read these, and bi.artist_genres, bi.artists.

create or replace view star.genre_of_artist as
with said as (
    -- By id before by name: an artist of the same name may be another one.
    select a.artist_key, o.genres
    from star.artist_dim a
    cross join lateral (select o.genres from insights.artist_override o
                         where o.artist_ref in (a.artist_id, a.artist_name) and o.genres is not null
                         order by (o.artist_ref = a.artist_id) desc nulls last limit 1) o
    where exists (select from insights.artist_override)
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
select a.artist_key, coalesce(o.country, t.country) as country, t.area, t.kind, coalesce(o.began, t.began) as began, t.ended
from star.artist_dim a
left join star.artist_tags t using (artist_key)
left join lateral (select s.country, s.began from insights.artist_override s
                    where s.artist_ref in (a.artist_id, a.artist_name)
                    order by (s.artist_ref = a.artist_id) desc nulls last limit 1) o on true;
comment on view star.origin_of_artist is
    'One row per artist: where they come from and when they began, as the listener says, else as told.';
comment on column star.origin_of_artist.artist_key is 'Artist.';
comment on column star.origin_of_artist.country is 'Two letters (ISO 3166-1).';
comment on column star.origin_of_artist.area is 'The area as MusicBrainz names it.';
comment on column star.origin_of_artist.kind is 'person, group, orchestra, choir, character or other.';
comment on column star.origin_of_artist.began is 'Year.';
comment on column star.origin_of_artist.ended is 'Year.';
