-- The public contract. Names, grains and types here change only with a note in CHANGELOG.md.

create or replace view bi.listeners as
select l.listener_id, l.display_name, l.time_zone, l.collected_since,
       -- One by a clock that was ahead has not been yet.
       (select max(p.polled_at) from audit.poll p
         where p.listener_id = l.listener_id and p.polled_at <= now() + interval '1 hour') as last_polled_at,
       (select max(f.played_at) from star.streaming_fact f where f.listener_id = l.listener_id) as data_as_of
from audit.listener l;
comment on view bi.listeners is 'One row per listener.';
comment on column bi.listeners.listener_id is 'Key of the listener.';
comment on column bi.listeners.display_name is 'Name as Spotify shows it.';
comment on column bi.listeners.time_zone is
    'IANA time zone that holds now. Local columns go by bi.listener_zones, which has it and the earlier ones.';
comment on column bi.listeners.collected_since is
    'From this instant on plays are collected: the oldest play of the first poll.';
comment on column bi.listeners.last_polled_at is 'Instant of the last poll that Spotify answered.';
comment on column bi.listeners.data_as_of is 'End of the newest play known.';

create or replace view bi.listener_zones as
select l.listener_id, nullif(z.from_at, '-infinity') as holds_from,
       lead(z.from_at) over (partition by l.listener_id order by z.from_at) as holds_until, z.time_zone
from audit.listener l
cross join lateral (
    select h.from_at, h.time_zone from audit.listener_zone h where h.listener_id = l.listener_id
    union all
    select '-infinity', l.time_zone
    where not exists (select from audit.listener_zone h where h.listener_id = l.listener_id)
) z;
comment on view bi.listener_zones is
    'One row per span of time a listener lived in one time zone: local columns go by it.';
comment on column bi.listener_zones.listener_id is 'Whose; see bi.listeners.';
comment on column bi.listener_zones.holds_from is 'First instant (UTC) of the span; null: from the beginning.';
comment on column bi.listener_zones.holds_until is
    'The instant (UTC) at which the next span begins; null: it still holds.';
comment on column bi.listener_zones.time_zone is 'IANA time zone.';

create or replace view bi.plays as
select f.play_key, f.listener_id, f.played_at, f.played_at_local, f.played_on, f.played_hour::int as played_hour,
       t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_id, a.artist_name,
       al.album_id, al.album_name, t.duration_ms, f.ms_played,
       case when f.is_estimated then 'estimated' else 'reported' end as ms_played_basis,
       f.ms_played >= 30000 and f.repeat_of is null as counts_as_play,
       f.skipped, f.shuffle, f.offline, f.incognito,
       platform.label as platform, country.label as country,
       reason_start.label as reason_start, reason_end.label as reason_end,
       c.context_type, c.context_uri,
       case when f.api_at is not null and f.export_at is not null then 'both'
            when f.api_at is not null then 'api'
            when f.export_at is not null then 'export'
            else 'legacy' end as source
from star.streaming_fact f
join star.track_dim t using (track_key)
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
left join raw.context c on c.context_key = f.api_context_key
left join star.play_label platform on platform.label_key = f.platform_key
left join star.play_label country on country.label_key = f.country_key
left join star.play_label reason_start on reason_start.label_key = f.reason_start_key
left join star.play_label reason_end on reason_end.label_key = f.reason_end_key;
comment on view bi.plays is 'One row per play.';
comment on column bi.plays.play_key is 'Key of the play.';
comment on column bi.plays.listener_id is 'Whose play; see bi.listeners.';
comment on column bi.plays.played_at is 'Instant (UTC) at which the play ENDED.';
comment on column bi.plays.played_at_local is 'The same in the listener''s zone, without zone.';
comment on column bi.plays.played_on is 'Local day of played_at.';
comment on column bi.plays.played_hour is 'Local hour of played_at, 0 to 23.';
comment on column bi.plays.track_key is 'Key of the track; see bi.tracks.';
comment on column bi.plays.track_id is 'Spotify id of the track; null for local files and plays known by name only.';
comment on column bi.plays.track_name is 'Title.';
comment on column bi.plays.artist_key is 'Key of the main artist; see bi.artists.';
comment on column bi.plays.artist_id is 'Spotify id of the main artist; null when known by name only.';
comment on column bi.plays.artist_name is
    'Main artist; "Unknown artist" where only an album of various artists is known of the song (bi.artists.is_known).';
comment on column bi.plays.album_id is 'Spotify id of the album; null until known.';
comment on column bi.plays.album_name is 'Album; null until known.';
comment on column bi.plays.duration_ms is 'Length of the track in milliseconds; null until known.';
comment on column bi.plays.ms_played is 'Milliseconds listened; see ms_played_basis.';
comment on column bi.plays.ms_played_basis is
    '`reported` by Spotify''s export, or `estimated`: least(duration, greatest(30 s, time since the previous end)).';
comment on column bi.plays.counts_as_play is
    'True from 30,000 ms on, but for impossible repeats: the same track, as long, ended so shortly before that it cannot have been heard.';
comment on column bi.plays.skipped is 'From the export; null where only the API told of the play.';
comment on column bi.plays.shuffle is 'From the export; null where only the API told of the play.';
comment on column bi.plays.offline is 'From the export; null where only the API told of the play.';
comment on column bi.plays.incognito is 'Private session, from the export; null where only the API told of the play.';
comment on column bi.plays.platform is 'Device, from the export.';
comment on column bi.plays.country is 'Two-letter country of the connection, from the export.';
comment on column bi.plays.reason_start is 'Why the play began, from the export.';
comment on column bi.plays.reason_end is 'Why the play ended, from the export.';
comment on column bi.plays.context_type is 'What it was played from: album, playlist, artist…; null when unknown.';
comment on column bi.plays.context_uri is 'Spotify uri of that album, playlist, artist…';
comment on column bi.plays.source is
    'Who told of the play: `api`, `export`, `both`, or `legacy` (the old tables) where nothing else does.';

create or replace view bi.spoken_plays as
select p.spoken_key, p.listener_id, p.played_at, p.played_at_local, p.played_on, p.played_hour::int as played_hour, p.kind,
       i.title, i.show_name, case when i.item_ref not like 'name:%' then i.item_ref end as uri, p.ms_played,
       case when p.told_by = 'poll' then 'estimated' else 'reported' end as ms_played_basis,
       platform.label as platform, country.label as country, reason_end.label as reason_end,
       p.skipped, p.offline, p.incognito,
       case p.told_by when 'poll' then 'api' when 'account' then 'account' else 'export' end as source
from star.spoken_play p
join star.spoken_item i using (spoken_item_key)
left join star.play_label platform on platform.label_key = p.platform_key
left join star.play_label country on country.label_key = p.country_key
left join star.play_label reason_end on reason_end.label_key = p.reason_end_key
where not p.is_told_elsewhere;
comment on view bi.spoken_plays is
    'One row per podcast episode, audiobook chapter or video heard or watched; complete up to the last export. None is in bi.plays.';
comment on column bi.spoken_plays.spoken_key is 'Key of the play.';
comment on column bi.spoken_plays.listener_id is 'Whose play; see bi.listeners.';
comment on column bi.spoken_plays.played_at is
    'Instant (UTC) at which it ENDED; to the minute where account data alone tells of it.';
comment on column bi.spoken_plays.played_at_local is 'The same in the listener''s zone, without zone.';
comment on column bi.spoken_plays.played_on is 'Local day of played_at.';
comment on column bi.spoken_plays.played_hour is 'Local hour of played_at, 0 to 23.';
comment on column bi.spoken_plays.kind is 'podcast, audiobook or video.';
comment on column bi.spoken_plays.title is 'Episode, chapter or video; null where none is told.';
comment on column bi.spoken_plays.show_name is 'Podcast, audiobook or, of a music video, the artist; null where none is told.';
comment on column bi.spoken_plays.uri is 'Spotify uri of the episode, the chapter or the track; null where only names are told.';
comment on column bi.spoken_plays.ms_played is 'Milliseconds heard or watched; see ms_played_basis.';
comment on column bi.spoken_plays.ms_played_basis is
    '`reported` by Spotify''s export, or `estimated`: the length of an episode that only a poll told of.';
comment on column bi.spoken_plays.platform is 'Device, from extended history.';
comment on column bi.spoken_plays.country is 'Two-letter country of the connection, from extended history.';
comment on column bi.spoken_plays.reason_end is
    'Why it ended, from extended history: `trackdone` is to the end; null where it is not told.';
comment on column bi.spoken_plays.skipped is 'From extended history.';
comment on column bi.spoken_plays.offline is 'From extended history.';
comment on column bi.spoken_plays.incognito is 'Private session, from extended history.';
comment on column bi.spoken_plays.source is
    'Who told of it: `export` (extended history), `account` (account data, which tells nothing of its end), `api` (a poll).';

-- What the pages count, for BI tools: without it, whoever hides an artist would see other numbers there than here.
create or replace view bi.shown_plays as
select p.play_key, p.listener_id, p.played_at, p.played_at_local, p.played_on, p.played_hour,
       t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_id, a.artist_name,
       al.album_id, al.album_name, t.duration_ms, p.ms_played, p.ms_played_basis, p.counts_as_play,
       p.skipped, p.shuffle, p.offline, p.incognito, p.platform, p.country, p.reason_start, p.reason_end,
       p.context_type, p.context_uri, p.source
from bi.plays p
left join insights.alias same_track
       on same_track.listener_id = p.listener_id and same_track.kind = 'track' and same_track.from_key = p.track_key
join star.track_dim t on t.track_key = coalesce(same_track.to_key, p.track_key)
left join insights.alias same_artist
       on same_artist.listener_id = p.listener_id and same_artist.kind = 'artist' and same_artist.from_key = t.artist_key
join star.artist_dim a on a.artist_key = coalesce(same_artist.to_key, t.artist_key)
left join star.album_dim al on al.album_key = t.album_key
where p.incognito is not true
  and not exists (select from star.streaming_fact r where r.play_key = p.play_key and r.repeat_of is not null)
  -- Hidden is what was heard, and what it counts as.
  and not exists (select from insights.hidden h
                   where h.listener_id = p.listener_id and h.track_key in (p.track_key, t.track_key))
  and not exists (select from insights.hidden h
                   where h.listener_id = p.listener_id and h.artist_key in (p.artist_key, a.artist_key))
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.context_uri = p.context_uri)
  and not exists (select from insights.hidden_time h
                   where h.listener_id = p.listener_id and p.played_at >= h.from_at and p.played_at < h.until_at
                     and (h.track_key is null or h.track_key = p.track_key));
comment on view bi.shown_plays is
    'One row per play that statistics speak of, with the columns of bi.plays: not in a private session, no impossible repeat, nothing of it hidden by its listener; artist and track as the listener''s aliases have them.';
do $$
declare
    copied record;
begin
    for copied in
        select a.attname, col_description(a.attrelid, a.attnum) as words
        from pg_attribute a
        where a.attrelid = 'bi.plays'::regclass and a.attnum > 0
    loop
        execute format('comment on column bi.shown_plays.%I is %L', copied.attname, copied.words);
    end loop;
end $$;
comment on column bi.shown_plays.counts_as_play is 'True from 30,000 ms on.';

create or replace view bi.aliases as
select listener_id, kind, from_key, to_key from insights.alias;
comment on view bi.aliases is
    'One row per artist, or track, that a listener says is the same as another; bi.shown_plays goes by it, bi.plays does not.';
comment on column bi.aliases.listener_id is 'Who says it.';
comment on column bi.aliases.kind is 'What the keys are of: `artist` or `track`.';
comment on column bi.aliases.from_key is 'What was heard.';
comment on column bi.aliases.to_key is 'As what it counts; itself in no other row of the kind as `from_key`.';

create or replace view bi.tracks as
select t.track_key, t.track_id, t.track_name, a.artist_key, a.artist_id, a.artist_name,
       (select string_agg(f.artist_name, ', ' order by ta.position)
          from star.track_artist ta join star.artist_dim f using (artist_key)
         where ta.track_key = t.track_key and ta.position > 0) as featured_artists,
       al.album_id, al.album_name, al.album_type, al.release_date,
       t.duration_ms, t.explicit, t.isrc, al.image_url,
       p.first_played_at, p.last_played_at
from star.track_dim t
join star.artist_dim a using (artist_key)
left join star.album_dim al using (album_key)
left join (select f.track_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f group by f.track_key) p using (track_key);
comment on view bi.tracks is 'One row per track.';
comment on column bi.tracks.track_key is 'Key of the track.';
comment on column bi.tracks.track_id is 'Spotify id; null for local files and tracks known by name only.';
comment on column bi.tracks.track_name is 'Title.';
comment on column bi.tracks.artist_key is 'Key of the main artist.';
comment on column bi.tracks.artist_id is 'Spotify id of the main artist; null when known by name only.';
comment on column bi.tracks.artist_name is
    'Main artist; "Unknown artist" where only an album of various artists is known of the song (bi.artists.is_known).';
comment on column bi.tracks.featured_artists is 'Further credited artists, comma separated, in order; null when none.';
comment on column bi.tracks.album_id is
    'Spotify id of the album; null until the track is looked up, and for local files.';
comment on column bi.tracks.album_name is 'Album.';
comment on column bi.tracks.album_type is 'album, single or compilation.';
comment on column bi.tracks.release_date is
    'Release of the album; first day of the year or month where only that is known.';
comment on column bi.tracks.duration_ms is 'Length in milliseconds.';
comment on column bi.tracks.explicit is 'Marked explicit.';
comment on column bi.tracks.isrc is
    'International Standard Recording Code: the same recording on several releases shares it.';
comment on column bi.tracks.image_url is 'Cover of the album.';
comment on column bi.tracks.first_played_at is 'End of the first play known, of any listener.';
comment on column bi.tracks.last_played_at is 'End of the last play known, of any listener.';

create or replace view bi.artists as
select a.artist_key, a.artist_id, a.artist_name,
       g.genres,
       a.image_url, p.first_played_at, p.last_played_at, not a.is_nobody as is_known,
       o.country, o.area, o.kind, o.began::int as began, o.ended::int as ended
from star.artist_dim a
left join star.origin_of_artist o using (artist_key)
left join (select k.artist_key, string_agg(k.genre, ', ' order by k.weight desc, k.genre) as genres
             from star.genre_of_artist k group by k.artist_key) g using (artist_key)
left join (select t.artist_key, min(f.played_at) as first_played_at, max(f.played_at) as last_played_at
             from star.streaming_fact f join star.track_dim t using (track_key)
            group by t.artist_key) p using (artist_key);
comment on view bi.artists is
    'One row per artist, and one, "Unknown artist", for songs whose artist is not known yet: exports name the album''s artist, and "Various Artists" is nobody. Leave it out of rankings and counts of artists: where is_known.';
comment on column bi.artists.artist_key is 'Key of the artist.';
comment on column bi.artists.artist_id is
    'Spotify id; null when known by name only, until a track of theirs is looked up.';
comment on column bi.artists.artist_name is 'Name.';
comment on column bi.artists.genres is 'Comma separated, the weightiest first; null until known. See bi.artist_genres.';
comment on column bi.artists.image_url is 'Picture of the artist; null until asked for.';
comment on column bi.artists.first_played_at is 'End of the first play as main artist, of any listener.';
comment on column bi.artists.last_played_at is 'End of the last play as main artist, of any listener.';
comment on column bi.artists.is_known is
    'False for "Unknown artist", which stands for whoever is not known yet; true for every artist.';
comment on column bi.artists.country is
    'Two letters (ISO 3166-1): where the artist comes from, by MusicBrainz or Wikidata; null until known.';
comment on column bi.artists.area is 'The area as MusicBrainz names it: a country, a part of one, a town.';
comment on column bi.artists.kind is 'person, group, orchestra, choir, character or other, by MusicBrainz.';
comment on column bi.artists.began is 'Year in which a group was founded, or a person born; null until known.';
comment on column bi.artists.ended is 'Year in which a group was dissolved, or a person died; null where not known.';

create or replace view bi.artist_genres as
select a.artist_key, a.artist_id, a.artist_name, g.genre, g.weight, g.source
from star.genre_of_artist g
join star.artist_dim a using (artist_key);
comment on view bi.artist_genres is
    'One row per genre of an artist. A play is of every genre of its main artist: minutes of genres do not add up to minutes.';
comment on column bi.artist_genres.artist_key is 'Key of the artist; see bi.artists.';
comment on column bi.artist_genres.artist_id is 'Spotify id; null when known by name only.';
comment on column bi.artist_genres.artist_name is 'Name.';
comment on column bi.artist_genres.genre is 'Name in lower case, exactly: `rock` is not `alternative rock`.';
comment on column bi.artist_genres.weight is
    'Share of the votes of all genres of the artist, which add up to 1; votes are counted by MusicBrainz alone.';
comment on column bi.artist_genres.source is
    'The one source all genres of the artist are from: `listener` (genres.csv), `musicbrainz`, `wikidata` or `spotify`.';

create or replace view bi.albums as
select album_id, album_name, artist_name, album_type, release_date, total_tracks, image_url from star.album_dim;
comment on view bi.albums is 'One row per album.';
comment on column bi.albums.album_id is 'Spotify id; null for local files, and for albums that only an export names.';
comment on column bi.albums.album_name is 'Title.';
comment on column bi.albums.artist_name is 'Album artist.';
comment on column bi.albums.album_type is 'album, single or compilation.';
comment on column bi.albums.release_date is 'First day of the year or month where only that is known.';
comment on column bi.albums.total_tracks is 'Number of tracks.';
comment on column bi.albums.image_url is 'Cover.';

create or replace view bi.track_albums as
select t.track_key, al.release_group, al.album_id, al.album_name, al.artist_name, al.release_date
from star.track_dim t join star.album_dim al using (album_key);
comment on view bi.track_albums is 'One row per track whose album is known.';
comment on column bi.track_albums.track_key is 'Key of the track; see bi.tracks.';
comment on column bi.track_albums.release_group is
    'Releases and editions of one album share it: by title, without what names an edition, and album artist or, in doubt, by MusicBrainz.';
comment on column bi.track_albums.album_id is
    'Spotify id of the release; null for albums of local files, and until known.';
comment on column bi.track_albums.album_name is 'Title of the release.';
comment on column bi.track_albums.artist_name is 'Album artist.';
comment on column bi.track_albums.release_date is 'First day of the year or month where only that is known.';

create or replace view bi.track_artists as
select ta.track_key, ta.artist_key, t.track_id, a.artist_id, ta.position::int as position,
       case ta.position when 0 then 'main' else 'featured' end as role
from star.track_artist ta
join star.track_dim t using (track_key)
join star.artist_dim a on a.artist_key = ta.artist_key;
comment on view bi.track_artists is 'One row per credit.';
comment on column bi.track_artists.track_key is 'Key of the track.';
comment on column bi.track_artists.artist_key is 'Key of the credited artist.';
comment on column bi.track_artists.track_id is 'Spotify id of the track.';
comment on column bi.track_artists.artist_id is 'Spotify id of the artist.';
comment on column bi.track_artists.position is '0 is first.';
comment on column bi.track_artists.role is 'main (position 0) or featured; featured credits are never added to totals.';

create or replace view bi.dates as
select d::date as day, extract(year from d)::int as year, extract(quarter from d)::int as quarter,
       extract(month from d)::int as month, to_char(d, 'FMMonth') as month_name,
       extract(week from d)::int as iso_week, extract(isodow from d)::int as iso_weekday,
       to_char(d, 'FMDay') as weekday_name
from (select min(played_on) as first_day, max(played_on) as last_day from star.streaming_fact) span,
     generate_series(date_trunc('year', span.first_day::timestamp),
                     date_trunc('year', span.last_day::timestamp) + interval '1 year - 1 day',
                     interval '1 day') d;
comment on view bi.dates is 'One row per local day, whole calendar years from the first play to the last.';
comment on column bi.dates.day is 'The day; joins to bi.plays.played_on.';
comment on column bi.dates.year is 'Calendar year.';
comment on column bi.dates.quarter is '1 to 4.';
comment on column bi.dates.month is '1 to 12.';
comment on column bi.dates.month_name is 'English name.';
comment on column bi.dates.iso_week is 'ISO 8601 week, 1 to 53.';
comment on column bi.dates.iso_weekday is '1 Monday to 7 Sunday.';
comment on column bi.dates.weekday_name is 'English name.';

-- Derived from gaps and from what imports vouch for, so that neither can be stale.
create or replace view bi.coverage_gaps as
with gap as (
    -- The last play known may be stamped after the poll that ends the gap: clocks differ.
    select listener_id, reason, tstzrange(least(gap_start, gap_end), greatest(gap_start, gap_end), '()') as span
    from audit.gap
),
-- Overlapping gaps are one hole. At an end a play is known, so those that only touch are two.
hole as (
    select one.listener_id, span, reason.reason
    from (select listener_id, unnest(range_agg(span)) as span from gap group by listener_id) one
    cross join lateral (select string_agg(distinct g.reason, ', ') as reason from gap g
                         where g.listener_id = one.listener_id and g.span && one.span) reason
),
-- What was vouched for twice was closed by whoever came first.
evidence as (
    select listener_id, vouched_at, vouched_by,
           tstzmultirange(covered) - coalesce(range_agg(covered) over earlier, '{}') as newly_covered
    from audit.coverage
    window earlier as (partition by listener_id order by vouched_at, is_joint, vouched_by
                       rows between unbounded preceding and 1 preceding)
),
part as (
    select h.listener_id, h.reason, e.vouched_at as closed_at, e.vouched_by as closed_by,
           unnest(tstzmultirange(h.span) * e.newly_covered) as span
    from hole h join evidence e using (listener_id)
    union all
    select h.listener_id, h.reason, null, null,
           unnest(tstzmultirange(h.span)
                  - coalesce((select range_agg(c.covered) from audit.coverage c where c.listener_id = h.listener_id),
                             '{}'))
    from hole h
)
select listener_id, lower(span) as gap_start, upper(span) as gap_end, reason, closed_at, closed_by from part;
comment on view bi.coverage_gaps is
    'One row per stretch of time in which plays may be missing, or might have been until an import told of them; a hole of which an import covers a part is several rows. No two rows of a listener overlap.';
comment on column bi.coverage_gaps.listener_id is 'Whose gap.';
comment on column bi.coverage_gaps.gap_start is 'Instant (UTC) at which it begins: of the last play known before it.';
comment on column bi.coverage_gaps.gap_end is 'Instant (UTC) at which it ends: of the first play known after it.';
comment on column bi.coverage_gaps.reason is 'How it was noticed.';
comment on column bi.coverage_gaps.closed_at is 'When the import finished that told of this time; null while open.';
comment on column bi.coverage_gaps.closed_by is
    'The file of the export, or the two files, and the zip or folder they came in.';
