"""Plays in memory, the one engine under every page: arithmetic over arrays, without HTTP or templates."""
