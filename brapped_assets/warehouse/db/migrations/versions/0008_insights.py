"""What the pages read: totals by hour, artist and track, rebuilt for the days that something touched."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
