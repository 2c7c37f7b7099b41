"""Spotify's data exports, read as a stream: no Dagster, no database, no network.

`discovery.find_histories` says what a path holds, `HistoryFile.read` reads one document of it row by row, and every
error is a `HistoryError` whose text says what to do.
"""
