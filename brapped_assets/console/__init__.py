"""The terminal: what every command begins and ends with, exit codes, tables."""
