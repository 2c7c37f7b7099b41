"""Templates, static files and the Jinja environment, for pages, the report and the recap. No HTTP here."""
