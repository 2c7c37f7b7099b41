"""The database: connections, the embedded server, roles, statements, the schema."""
