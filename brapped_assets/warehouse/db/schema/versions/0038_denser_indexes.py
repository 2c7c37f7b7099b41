"""Indexes that an import fills in order are dense, and one fewer of spoken plays."""

from alembic import op

revision = "0038"
down_revision = "0037"

SCRIPT = """
-- Plays of one instant become one entry, and a page with such an entry splits in the middle when it is full, unless
-- it is the last: an export that comes after polls left its pages half empty. Measured, a sixth of the index of a life.
alter index star.streaming_fact_by_time set (deduplicate_items = off);
reindex index star.streaming_fact_by_time;

-- Time first: plays come in its order, and whoever asks by item knows when.
drop index star.spoken_play_once, star.spoken_play_by_time;
create unique index spoken_play_once on star.spoken_play
    (listener_id, played_at, spoken_item_key, ms_played, told_by, nth) with (deduplicate_items = off);
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
