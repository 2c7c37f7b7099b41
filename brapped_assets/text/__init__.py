"""Texts: numbers, days and times in words, and other people's text made fit for a terminal."""
