"""The simulated account: a listener, and an HTTP server that answers as Spotify does.

Imports nothing of the rest of the project, so that what is tested against it cannot agree with it by accident.
"""
