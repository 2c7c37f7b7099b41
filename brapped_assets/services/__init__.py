"""The processes of `brapped up`, Dagster's instance, and the limits of the web servers."""
