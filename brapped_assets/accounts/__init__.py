"""A login without a console, for pages and commands."""
