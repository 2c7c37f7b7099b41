-- One album, whatever its releases: what names an edition at the end of its title is not compared. Editions that hold other
-- recordings (live, acoustic, somebody's version) are albums of their own.
create function star.release_group(album_name text, artist_name text, album_ref text) returns bigint
language sql immutable parallel safe
return hashtextextended(
    coalesce(nullif(regexp_replace(
        star.searchable(album_name),
        '(\s*(\([^()]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^()]*\)'
        '|\[[^][]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue|standard|special|limited|collector''s)\M[^][]*\]'
        '|\s[-–—]\s[^()-]*\m(deluxe|expanded|remaster|remastered|anniversary|bonus|reissue)\M[^()-]*))+\s*$',
        ''), ''), star.searchable(album_name))
    || chr(31) || coalesce(star.searchable(artist_name), album_ref),
    0);
comment on function star.release_group is
    'The number of an album: the same for all its releases and editions, told by title and album artist.';

alter table star.album_dim
    add column release_group bigint not null
        generated always as (star.release_group(album_name, artist_name, album_ref)) stored;
comment on column star.album_dim.release_group is
    'The album with all its releases: equal where title (without the edition) and album artist are.';
create index album_dim_by_group on star.album_dim (release_group);

create function star.shown_release(asked bigint) returns setof star.album_dim language sql stable rows 1 as $$
    select * from star.album_dim where release_group = asked order by image_url is null, album_key limit 1
$$;
comment on function star.shown_release is 'The release that stands for its album: the oldest with a cover, else the oldest.';

-- A view of its own: those of the contract keep their columns.
create view bi.track_albums as
select t.track_key, al.release_group, al.album_id, al.album_name, al.artist_name, al.release_date
from star.track_dim t join star.album_dim al using (album_key);
comment on view bi.track_albums is 'One row per track whose album is known.';
comment on column bi.track_albums.track_key is 'Key of the track; see bi.tracks.';
comment on column bi.track_albums.release_group is
    'Releases and editions of one album share it: told by the title without what names an edition, and the album artist.';
comment on column bi.track_albums.album_id is 'Spotify id of the release; null for albums of local files, and until known.';
comment on column bi.track_albums.album_name is 'Title of the release.';
comment on column bi.track_albums.artist_name is 'Album artist.';
comment on column bi.track_albums.release_date is 'First day of the year or month where only that is known.';

-- As insights.artist_months_of, artist by artist: the planner cannot guess how few of a month's artists are asked for.
create function insights.months_of_artists(listener int, keys int[], first date, until date)
returns table (artist_key int, plays int, ms bigint, first_on date, last_on date)
language sql stable as $$
    with block as materialized (
        select m::date as month, greatest(m::date, first) as first, least((m + interval '1 month')::date, until) as until,
               m::date >= first and (m + interval '1 month')::date <= until
               and not exists (select from insights.touched_day t where t.listener_id = listener
                                 and t.day >= m::date and t.day < (m + interval '1 month')::date) as is_whole
        from generate_series(date_trunc('month', first::timestamp), until::timestamp - interval '1 day',
                             interval '1 month') m
    )
    select a.artist_key, a.plays, a.ms, a.first_on, a.last_on
    from unnest(keys) k
    cross join lateral (select * from insights.artist_month a
                         where a.listener_id = listener and a.artist_key = k offset 0) a
    where a.month = any(array(select b.month from block b where b.is_whole))
    union all
    select t.artist_key, count(*)::int, sum(p.ms_played)::bigint, min(p.played_on), max(p.played_on)
    from block b
    -- `offset 0` makes it stretch after stretch, and without one nothing is read.
    cross join lateral (
        select * from insights.shown_play p
         where p.listener_id = listener and p.counts and p.played_on >= b.first and p.played_on < b.until
           and p.played_at >= b.first::timestamp at time zone 'UTC' - interval '1 day'
           and p.played_at < b.until::timestamp at time zone 'UTC' + interval '1 day'
        offset 0) p
    join star.track_dim t on t.track_key = p.track_key
    where not b.is_whole and t.artist_key = any(keys)
    group by t.artist_key, b.month
$$;
comment on function insights.months_of_artists is 'insights.artist_months_of for some main artists.';

-- Who looks for a track's years names them all, and the key answers: 4 bytes a play less (measured at a million).
drop index insights.track_year_by_track;
