from brapped_assets_tests.assets.conftest import account, catalogue, clock, one_server, slept, spotify_server

__all__ = ["account", "catalogue", "clock", "one_server", "slept", "spotify_server"]
