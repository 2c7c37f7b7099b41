"""Tokens by which programs read the API."""

from alembic import op

revision = "0033"
down_revision = "0032"

SCRIPT = """
create table audit.read_token (
    token_id     int generated always as identity primary key,
    listener_id  int not null references audit.listener on delete cascade,
    name         text not null check (length(name) between 1 and 60),
    scopes       text[] not null
                 check (cardinality(scopes) > 0 and scopes <@ '{totals,lists,plays,pieces,metrics}'::text[]),
    per_minute   int not null check (per_minute between 1 and 6000),
    token_hash   bytea not null unique check (length(token_hash) = 32),
    created_at   timestamptz not null,
    last_used_at timestamptz
);
comment on table audit.read_token is
    'One row per token by which a program may read the API. Whoever has the row does not have the token.';
comment on column audit.read_token.token_id is 'Surrogate key, as `brapped token` names it.';
comment on column audit.read_token.listener_id is 'Whose listening it opens.';
comment on column audit.read_token.name is 'What it is for, as whoever made it says.';
comment on column audit.read_token.scopes is 'What it opens: totals, lists, plays, pieces, metrics.';
comment on column audit.read_token.per_minute is 'How many requests a minute it is answered.';
comment on column audit.read_token.token_hash is 'SHA-256 of the token, which has 256 random bits.';
comment on column audit.read_token.created_at is 'When it was made (UTC).';
comment on column audit.read_token.last_used_at is
    'When it was last used (UTC), 5 minutes late at most; null: never. Noted only where pages may write.';
"""


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SCRIPT)
