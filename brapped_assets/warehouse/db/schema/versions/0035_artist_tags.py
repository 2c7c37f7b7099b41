"""Genres, countries and years of artists: what MusicBrainz and Wikidata tell, and what the listener says instead."""

from alembic import op

revision = "0035"
down_revision = "0034"

SCRIPT = """
-- Null: nobody was asked. The queue is an index of its own, so that what is known costs nothing.
alter table star.artist_dim add column tags_due_at timestamptz;
comment on column star.artist_dim.tags_due_at is
    'When to ask (again) for genres and country: star.artist_tags; null: nobody was asked, so now.';
create index artist_dim_tag_queue on star.artist_dim (tags_due_at) where artist_id is not null and not is_nobody;

create table star.artist_tags (
    artist_key   int primary key references star.artist_dim on delete cascade,
    mbid         uuid,
    is_pending   boolean not null default false,
    country      text check (country ~ '^[A-Z]{2}$'),
    area         text,
    kind         text,
    began        smallint,
    ended        smallint,
    source       text check (source in ('musicbrainz', 'wikidata')),
    addressed_at timestamptz,
    asked_at     timestamptz
);
create index artist_tags_pending on star.artist_tags (artist_key) where is_pending;
comment on table star.artist_tags is
    'One row per artist that MusicBrainz was asked about by address at Spotify. Queue: star.artist_dim.tags_due_at.';
comment on column star.artist_tags.artist_key is 'Artist: star.artist_dim.';
comment on column star.artist_tags.mbid is 'Id at MusicBrainz; null: the address leads to nobody there, or to several.';
comment on column star.artist_tags.is_pending is 'True: the id is known, and what it stands for is not asked yet.';
comment on column star.artist_tags.country is 'Two letters (ISO 3166-1): where the artist comes from.';
comment on column star.artist_tags.area is 'The area as MusicBrainz names it: a country, a part of one, a town.';
comment on column star.artist_tags.kind is 'person, group, orchestra, choir, character or other.';
comment on column star.artist_tags.began is 'Year in which a group was founded, or a person born.';
comment on column star.artist_tags.ended is 'Year in which a group was dissolved, or a person died.';
comment on column star.artist_tags.source is 'Who told of it: musicbrainz or wikidata; null: nobody knows the artist.';
comment on column star.artist_tags.addressed_at is 'When the address was asked about last (UTC).';
comment on column star.artist_tags.asked_at is 'When an answer was last written (UTC); null: not yet.';

create table star.artist_genre (
    artist_key int not null references star.artist_dim on delete cascade,
    source     text not null check (source in ('musicbrainz', 'wikidata')),
    genre      text not null,
    votes      int not null check (votes > 0),
    primary key (artist_key, source, genre)
);
comment on table star.artist_genre is
    'One row per genre of an artist, as one source tells it; at most five of a source. See bi.artist_genres.';
comment on column star.artist_genre.artist_key is 'Artist: star.artist_dim.';
comment on column star.artist_genre.source is 'musicbrainz or wikidata.';
comment on column star.artist_genre.genre is 'Name in lower case.';
comment on column star.artist_genre.votes is 'How many people say so; 1 where nobody counts.';

-- By name or id, and not by key: an artist who is known by name alone is gone once the real one is met.
create table insights.artist_override (
    artist_ref text primary key,
    genres     text[],
    country    text check (country ~ '^[A-Z]{2}$'),
    began      smallint,
    in_file    boolean not null,
    said_at    timestamptz not null
);
comment on table insights.artist_override is
    'One row per artist of whom the home''s genres.csv says something else. It is the home''s, not one listener''s.';
comment on column insights.artist_override.artist_ref is 'Spotify id of the artist, or the name.';
comment on column insights.artist_override.genres is 'In lower case, the first the weightiest; null: as others say.';
comment on column insights.artist_override.country is 'Two letters (ISO 3166-1); null: as others say.';
comment on column insights.artist_override.began is 'Year; null: as others say.';
comment on column insights.artist_override.in_file is
    'True: the file says so, and the row goes when it no longer does; false: brought back from an export.';
comment on column insights.artist_override.said_at is 'When it was written last (UTC).';

create table audit.changed_artist (
    artist_key int not null,
    changed_by xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now()
);
create index changed_artist_by_transaction on audit.changed_artist (changed_by);
comment on table audit.changed_artist is
    'One row per statement and artist whose genres, country or year it changed; kept for a week.';
comment on column audit.changed_artist.artist_key is 'Artist.';
comment on column audit.changed_artist.changed_by is 'The transaction.';
comment on column audit.changed_artist.changed_at is 'When it began (UTC).';

create table audit.tag_call (
    minute  timestamptz not null,
    service text not null check (service in ('musicbrainz', 'wikidata')),
    calls   int not null,
    primary key (minute, service)
);
comment on table audit.tag_call is 'Requests to MusicBrainz and Wikidata by minute; apart from the budget at Spotify.';
comment on column audit.tag_call.minute is 'Beginning of the minute (UTC).';
comment on column audit.tag_call.service is 'musicbrainz or wikidata.';
comment on column audit.tag_call.calls is 'Requests, answered or not.';

create table audit.tag_pace (
    service text primary key check (service in ('musicbrainz', 'wikidata')),
    next_at timestamptz not null
);
insert into audit.tag_pace values ('musicbrainz', 'epoch'), ('wikidata', 'epoch');
comment on table audit.tag_pace is 'When the next request may go, of all processes: one row per service.';
comment on column audit.tag_pace.service is 'musicbrainz or wikidata.';
comment on column audit.tag_pace.next_at is 'The instant (UTC).';

alter table audit.lookup_rest drop constraint lookup_rest_kind_check;
alter table audit.lookup_rest add constraint lookup_rest_kind_check
    check (kind in ('track', 'artist', 'cover', 'musicbrainz', 'wikidata'));
comment on column audit.lookup_rest.kind is 'track, artist, cover, musicbrainz or wikidata.';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
