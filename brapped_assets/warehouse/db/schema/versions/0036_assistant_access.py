"""Whom an assistant may be told of, and how much."""

from alembic import op

revision = "0036"
down_revision = "0035"

SCRIPT = """
create table audit.assistant_access (
    listener_id int primary key references audit.listener on delete cascade,
    reads       text not null check (reads in ('all', 'export')),
    allowed_at  timestamptz not null
);
comment on table audit.assistant_access is
    'One row per listener whose listening an assistant may ask for over the Model Context Protocol.';
comment on column audit.assistant_access.listener_id is 'Who allowed it.';
comment on column audit.assistant_access.reads is
    'all: whatever is known; export: only what the listener''s own data export told.';
comment on column audit.assistant_access.allowed_at is 'Since when (UTC).';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
