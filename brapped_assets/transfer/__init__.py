"""Whole histories in and out: importing, dry run, export, restore, the old tables. No Dagster here."""
