"""Which songs Spotify's oEmbed was asked about, for covers without a login."""

from alembic import op

revision = "0032"
down_revision = "0031"

SCRIPT = """
create table audit.cover_lookup (
    track_key int primary key references star.track_dim on delete cascade,
    asked_at  timestamptz not null
);
comment on table audit.cover_lookup is
    'One row per track that Spotify''s oEmbed was asked about, for its album''s cover. Nobody is asked before a click.';
comment on column audit.cover_lookup.track_key is 'Track: star.track_dim.';
comment on column audit.cover_lookup.asked_at is 'When it was asked about last (UTC); counts in the budget of a day.';

alter table audit.lookup_rest drop constraint lookup_rest_kind_check;
alter table audit.lookup_rest add constraint lookup_rest_kind_check check (kind in ('track', 'artist', 'cover'));
comment on column audit.lookup_rest.kind is 'track, artist or cover.';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
