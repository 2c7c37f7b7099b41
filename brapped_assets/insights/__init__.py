"""What the listener sees: queries, the pages, the static report. Knows no Dagster."""
