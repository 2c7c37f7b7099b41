"""The schema of the warehouse: what Alembic runs once (`tables/`, `versions/`), what is run whole when it changes."""
