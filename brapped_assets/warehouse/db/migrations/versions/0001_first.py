"""The first schema: plays as polled, the star, the proof, and the public views."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

HERE = Path(__file__).parent


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for script in ("0001_first.sql", "0001_bi.sql"):
        driver.execute((HERE / script).read_text(encoding="utf-8"))
