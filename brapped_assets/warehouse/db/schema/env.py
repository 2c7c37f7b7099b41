"""Alembic's entry: runs on the connection, and inside the transaction, that `migrations.migrate` holds."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="audit",
    transactional_ddl=True,
)
context.run_migrations()
