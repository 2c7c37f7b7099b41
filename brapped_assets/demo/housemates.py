"""Who lives with the simulated listener: each with a taste and hours of their own, so that to compare is worth it."""

from brapped_assets.demo.taste import Leaning

HOUSEMATES: dict[str, Leaning] = {
    # Films and ballads, from playlists, into the evening.
    "Meera": Leaning(
        genres=frozenset({"filmi", "hindustani classical", "korean ballad", "pop"}),
        kinds={"playlist": 60, "album": 8, "artist": 10, "repeat": 12, "loose": 10},
        hours_later=2,
        plays_per_day=48,
    ),
    # Whole albums, few artists, early in the day.
    "Ben": Leaning(
        genres=frozenset({"rock", "metal", "jazz"}),
        kinds={"playlist": 8, "album": 68, "artist": 14, "repeat": 2, "loose": 8},
        found=0.2,
        hours_later=-2,
        plays_per_day=36,
    ),
    # The same song again and again.
    "Chidi": Leaning(
        genres=frozenset({"hip hop", "arabic pop", "k-pop"}),
        kinds={"playlist": 30, "album": 12, "artist": 18, "repeat": 28, "loose": 12},
        found=0.4,
        plays_per_day=72,
    ),
    # Always something new, at night.
    "Yuki": Leaning(
        genres=frozenset({"electronic", "folk", "noise", "tarab"}),
        kinds={"playlist": 26, "album": 18, "artist": 10, "repeat": 2, "loose": 44},
        found=0.85,
        hours_later=5,
        plays_per_day=54,
    ),
}
