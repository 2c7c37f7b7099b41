"""When something is asked for that no clock decides: each sensor asks Dagster's own storage, or the home."""
