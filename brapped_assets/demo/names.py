"""Names of artists, albums and tracks, in the scripts and with the tricks that real ones have."""

from random import Random
from typing import Literal

Script = Literal["latin", "devanagari", "hangul", "arabic", "hostile"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# By an artist's number: one in twenty is hostile, one in four is not written in Latin.
SCRIPTS: tuple[Script, ...] = (
    *("latin", "latin", "devanagari", "latin", "hangul", "latin", "latin", "arabic", "latin", "latin"),
    *("latin", "devanagari", "latin", "latin", "latin", "hostile", "latin", "latin", "hangul", "latin"),
)

FIRST = _words(
    "Velvet Paper Neon Quiet Golden Hollow Electric Midnight Broken Silver Northern Lunar Crimson Static Wild "
    "Burning Frozen Little Sleepy Marble Distant Lost Holy Plastic Amber Sunday Coral Royal Tiny Salt Violet "
    "Second Rusty Blue Slow Silent Concrete Feral Gentle Analog"
)
SECOND = _words(
    "Foxes Rivers Machines Harbour Lions Echo Gardens Avenue Ghosts Parade Tigers Monsoon Hearts Radio Sparrows "
    "Empire Cinema Oceans Wolves Mirrors Satellites Company Orchard Dancers Assembly Temple Motel Drums Sisters "
    "Atlas Saints Lanterns Theory Circus Union Valley Static Bloom Kites Summer"
)
GIVEN = _words(
    "Asha Milo Ines Noor Teo Lena Arjun Zoe Kofi Mara Jonas Priya Luca Sana Björk-Li Émile Renée Søren Iñigo Ana "
    "Yuki Omar Tess Rohan Maeve Idris Nadia Hugo Cleo Farid"
)
FAMILY = _words(
    "Okafor Rao Lindqvist Moreau Castellanos Iyer Brandt Nakamura O'Sullivan D'Angelo Petrov Mensah Haugen Silva "
    "Quinn Ferreira Weiss Banerjee Marlowe Dubois Jansen Kaur Romero Vance Abiodun"
)
THINGS = _words(
    "Rain Fire Home Tomorrow Gravity Sugar Thunder Paper Light Midnight You Shadows California Delhi Morning "
    "Nothing Colours Honey Distance Memory Glass Water Dust Silence Trouble Roses Silver Heaven Sleep Winter"
)
LATIN_TITLES = (
    "{a} {b}",
    "{a}",
    "Like {a}",
    "{a} in the {b}",
    "No More {a}",
    "All My {a}",
    "Dancing with {a}",
    "{a}, {b}",
    "Letters from {b}",
    "{a} (Interlude)",
    "The {a} of {b}",
    "Don't Call It {a}",
    "{a} - Remastered 2011",
    "{a} - Live",
    "When {a} Comes",
    "Too Much {a}",
    "{a} / {b}",
)
OTHER_WORDS: dict[Script, tuple[str, ...]] = {
    "devanagari": _words("दिल रात चाँद सपने बारिश यादें सफ़र ज़िंदगी धूप मौसम रंग सितारे ख़्वाब इश्क़ क्षितिज"),
    "hangul": _words("사랑 밤 하늘 봄날 기억 바다 별빛 너와나 시간 꿈 눈물 바람 여름밤 안녕 달"),
    "arabic": _words("حبيبي ليل قمر قلب يا نور سلام عيون بحر حلم مطر ذكرى نجوم غروب وردة"),
}
HOSTILE = (
    "🔥💜 ¥€$ 🎧",
    "👨‍👩‍👧‍👦 Family Band",  # one visible sign, seven code points
    "<script>alert('hi')</script>",
    '"Quoted" & <b>Bold</b>',
    "Robert'); DROP TABLE plays;--",
    "back\\slash \\n %s {} {{name}} ${HOME}",
    "مرحبا \u202eabc\u202c Mix",  # changes the direction of writing halfway
    "Zalgo̷̡͓ T̸e̶x̵t̴",
    "  spaces  around  ",
    "N/A",
    "null",
    "=1+1",  # a formula, to a spreadsheet
    "Ǆ ß İ ﬁ ŉ",  # letters that change length with their case
    "The Incredibly Long and Winding Name That Somebody Once Gave to a Recording Because Nobody Stopped Them, " * 3,
)


def script_of(number: int) -> Script:
    """The script an artist writes in."""
    return SCRIPTS[number % len(SCRIPTS)]


def artist_name(rng: Random, script: Script) -> str:
    if script == "hostile":
        return rng.choice(HOSTILE)
    if script != "latin":
        return " ".join(rng.sample(OTHER_WORDS[script], 2))
    shape = rng.random()
    if shape < 0.4:
        return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    if shape < 0.5:
        return f"{rng.choice(GIVEN)} & The {rng.choice(SECOND)}"
    return f"{'The ' if shape < 0.65 else ''}{rng.choice(FIRST)} {rng.choice(SECOND)}"


def title(rng: Random, script: Script) -> str:
    """A title of an album or a track; one in sixty is hostile, whoever wrote it."""
    if script == "hostile" or rng.random() < 1 / 60:
        return rng.choice(HOSTILE)
    if script != "latin":
        return " ".join(rng.sample(OTHER_WORDS[script], rng.randint(1, 3)))
    first, second = rng.sample(THINGS, 2)
    return rng.choice(LATIN_TITLES).format(a=first, b=second)
