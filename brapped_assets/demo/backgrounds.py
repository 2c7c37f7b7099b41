"""Where a simulated artist comes from, and what they play: MusicBrainz tells of it, and tastes go by it."""

from random import Random

from brapped_assets.demo.names import Script, script_of

GENRES: dict[Script, tuple[tuple[str, ...], ...]] = {
    "latin": (
        ("rock", "indie rock", "alternative rock"), ("electronic", "house", "ambient"),
        ("pop", "indie pop", "synth-pop"),
        ("hip hop", "trap", "jazz rap"), ("folk", "singer-songwriter", "country"), ("jazz", "soul", "funk"),
        ("metal", "doom metal", "post-rock"),
    ),
    "devanagari": (("filmi", "bollywood", "playback"), ("hindustani classical", "ghazal", "folk")),
    "hangul": (("k-pop", "dance-pop", "r&b"), ("korean ballad", "indie folk", "hip hop")),
    "arabic": (("arabic pop", "dabke", "raï"), ("tarab", "folk", "sufi")),
    "hostile": (("noise", "experimental", "glitch"),),
}  # fmt: skip
COUNTRIES: dict[Script, tuple[str, ...]] = {
    "latin": ("US", "GB", "US", "DE", "FR", "SE", "CA", "AU", "BR", "US", "GB", "IE", "IS", "NG"),
    "devanagari": ("IN",), "hangul": ("KR",), "arabic": ("EG", "LB", "MA"), "hostile": ("JP", "BE"),
}  # fmt: skip


def background(rng: Random, number: int) -> tuple[str, tuple[str, ...]]:
    """Country and genres, the one that says most first, of the artist with this number; `rng` is of their own."""
    script = script_of(number)
    return rng.choice(COUNTRIES[script]), rng.choice(GENRES[script])


def genre_of(seed: str, number: int) -> str:
    """The genre that says most of the artist with this number, of the catalogue with this seed."""
    _country, genres = background(Random(f"{seed}/tags/{number}"), number)
    return genres[0]
