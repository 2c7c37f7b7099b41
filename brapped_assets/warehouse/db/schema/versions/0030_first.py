"""The first schema: all tables, as the thirty migrations before 0.1.0 had left them."""

from alembic import op

from brapped_assets.warehouse.db.schema import migrations

revision = "0030"
down_revision = None


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy's way prepares, and a prepared statement cannot be a whole script.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for script in sorted((migrations.HERE / "tables").glob("*.sql")):
        driver.execute(script.read_text(encoding="utf-8"))
