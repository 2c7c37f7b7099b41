"""The time zones a listener has lived in, and since when."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
