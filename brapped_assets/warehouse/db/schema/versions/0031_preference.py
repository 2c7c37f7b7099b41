"""What a listener chose about how pages look, and what is theirs to choose about weeks and private sessions."""

from alembic import op

revision = "0031"
down_revision = "0030"

SCRIPT = """
create table insights.preference (
    listener_id      int primary key references audit.listener on delete cascade,
    language         text check (language ~ '^[a-z]{2,3}$'),
    theme            text check (theme in ('light', 'dark', 'contrast')),
    hours            text check (hours in ('12', '24')),
    numbers          text check (numbers in ('comma', 'point', 'space', 'indian')),
    week_begins      smallint not null default 1 check (week_begins between 1 and 7),
    private_sessions boolean not null default false,
    chosen_at        timestamptz not null
);
comment on table insights.preference is
    'One row per listener who chose how their pages are written and look, and what is counted without being asked for.';
comment on column insights.preference.listener_id is 'Who chose.';
comment on column insights.preference.language is
    'Of messages and files, and of pages where a browser remembers no other; null: what the browser asks for.';
comment on column insights.preference.theme is 'light, dark or contrast (high contrast); null: as the system has it.';
comment on column insights.preference.hours is 'Clocks of 12 or 24 hours; null: as the language has them.';
comment on column insights.preference.numbers is
    'comma: 1,234.5; point: 1.234,5; space: 1 234,5; indian: 12,34,567.5; null: as the language has them.';
comment on column insights.preference.week_begins is 'The first day of a week, 1 is Monday.';
comment on column insights.preference.private_sessions is 'Whether private sessions are among the plays shown.';
comment on column insights.preference.chosen_at is 'Since when (UTC).';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
