"""What Power BI reads: where the database is, and a model of the `bi` views with measures."""
