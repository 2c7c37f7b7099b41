"""Which release group an album is of, as MusicBrainz tells where its title leaves doubt."""

from alembic import op

revision = "0037"
down_revision = "0036"

SCRIPT = """
-- Without what stands in brackets or behind a dash at its end, whatever it says: of two titles that differ in no more,
-- a title cannot tell whether they are one album.
create function star.bare_title(album_name text, artist_name text) returns bigint
language sql immutable parallel safe
return hashtextextended(
    coalesce(nullif(regexp_replace(
        star.searchable(album_name), '(\\s*(\\([^()]*\\)|\\[[^][]*\\])|\\s[-\u2013\u2014]\\s.*)+\\s*$', ''), ''),
        star.searchable(album_name))
    || chr(31) || star.searchable(artist_name),
    0);
comment on function star.bare_title is
    'The number of a title by an album artist, without what stands in brackets or behind a dash at its end.';

-- No longer generated: what is told goes before the title (star.keep_release_group).
alter table star.album_dim alter column release_group drop expression;
alter table star.album_dim
    add column told_group   bigint,
    add column bare_title   bigint generated always as (star.bare_title(album_name, artist_name)) stored,
    add column group_due_at timestamptz;
create index album_dim_by_bare_title on star.album_dim (bare_title) where album_id is not null;
comment on column star.album_dim.release_group is
    'The album with all its releases: `told_group`, else one by title, without the edition, and album artist.';
comment on column star.album_dim.told_group is
    'The release group by what MusicBrainz tells: star.album_group; null: the title decides.';
comment on column star.album_dim.bare_title is
    'Number of title and album artist, without what is in brackets or behind a dash. See star.album_in_doubt.';
comment on column star.album_dim.group_due_at is
    'When to ask (again) which release group an album in doubt is of; null: nobody was asked, so now.';

create table star.album_group (
    album_key      int primary key references star.album_dim on delete cascade,
    release_mbid   uuid,
    group_mbid     uuid,
    group_title    text,
    first_released text,
    asked_at       timestamptz not null
);
comment on table star.album_group is
    'One row per album in doubt that MusicBrainz was asked about by address. Queue: star.album_dim.group_due_at.';
comment on column star.album_group.album_key is 'Album: star.album_dim.';
comment on column star.album_group.release_mbid is 'Id of the release at MusicBrainz; null: the address leads to none.';
comment on column star.album_group.group_mbid is 'Id of its release group there; null: not known.';
comment on column star.album_group.group_title is 'Title of the release group.';
comment on column star.album_group.first_released is 'When its first release came out: a year, a month or a day.';
comment on column star.album_group.asked_at is 'When an answer was last written (UTC).';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
