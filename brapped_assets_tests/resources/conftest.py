from brapped_assets_tests.assets.conftest import clock, one_server, slept, spotify_server

__all__ = ["clock", "one_server", "slept", "spotify_server"]
