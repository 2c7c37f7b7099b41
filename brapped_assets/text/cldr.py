"""Dates, hours and numbers of each language, as Unicode's CLDR has them, in a form that is quick to apply.

English is written here: it is what is asked for most, and day, month, year is understood everywhere. Clock and
numbers are those of the region that a browser names, in English too.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

from brapped_assets.text.language import ENGLISH, LANGUAGES, Display, display

if TYPE_CHECKING:
    from babel import Locale

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
# What a page may be told to write between thousands, and before tenths.
MARKS = {"comma": (",", "."), "point": (".", ","), "space": (NARROW, ","), "indian": (",", ".")}
# By CLDR's letters for what is wanted; the language puts it in order.
IN_ENGLISH = {
    "yMMMEd": "{0:%a} {0.day} {0:%b} {0.year}", "yMMMMEEEEd": "{0:%A}, {0.day} {0:%B} {0.year}",
    "yMMMd": "{0.day} {0:%b} {0.year}", "yMMMMd": "{0.day} {0:%B} {0.year}",
    "yMMM": "{0:%b} {0.year}", "yMMMM": "{0:%B} {0.year}",
    "MMMd": "{0.day} {0:%b}", "MMMMd": "{0.day} {0:%B}", "MMMEd": "{0:%a} {0.day} {0:%b}",
    "LLL": "{0:%b}", "LLLL": "{0:%B}", "ccc": "{0:%a}", "cccc": "{0:%A}",
}  # fmt: skip
# Those that CLDR has no pattern of.
IN_WORDS = {"yMMMMEEEEd": "full", "yMMMMd": "long"}
# Where Spanish writes 1234, and 12.345: CLDR's minimumGroupingDigits, which Babel does not read.
GROUPED_LATE = {None, "ES", "GQ", "PH", "EA", "IC"}
A_MONDAY = date(2024, 1, 1)
SMALLEST_GROUPED, INDIAN_FROM = 1_000, 100_000
# From here on whole numbers say enough.
SMALL = 10


@dataclass(frozen=True)
class Marks:
    """What stands between thousands and before tenths; whole numbers below `grouped_from` have no group."""

    group: str = ","
    decimal: str = "."
    percent: str = f"{{}}{NO_BREAK}%"
    is_indian: bool = False
    grouped_from: int = SMALLEST_GROUPED

    def put(self, text: str) -> str:
        """An English number, 1,234.5, with these marks."""
        whole, point, rest = text.partition(".")
        digits = whole.replace(",", "")
        if self.is_indian and abs(int(digits)) >= INDIAN_FROM:
            whole = _indian(digits)
        elif abs(int(digits)) < self.grouped_from:
            whole = digits
        return whole.replace(",", self.group) + (self.decimal + rest if point else "")


def number(value: float) -> str:
    """12345 as 12,345; a fraction only below ten: 3.4."""
    if type(value) is int and -SMALLEST_GROUPED < value < SMALLEST_GROUPED:
        # No language puts a mark into so few digits.
        return str(value)
    is_small_fraction = abs(value) < SMALL and value != int(value)
    return marked(f"{value:,.1f}" if is_small_fraction else f"{value:,.0f}")


def marked(text: str) -> str:
    """An English number, 1,234.5, as the language of now writes it."""
    now = display()
    return text if now.language == ENGLISH and not now.numbers and not now.region else marks(now).put(text)


@lru_cache(1_000)
def marks(wanted: Display) -> Marks:
    """How numbers are written."""
    usual = _usual_marks(wanted.language, wanted.region)
    if not wanted.numbers:
        return usual
    group, decimal = MARKS[wanted.numbers]
    return Marks(group, decimal, usual.percent, is_indian=wanted.numbers == "indian")


def _usual_marks(language: str, region: str) -> Marks:
    if language not in LANGUAGES or (language == ENGLISH and not region):
        return Marks()
    locale = _locale(language, region)
    if language == ENGLISH and not locale.territory:
        return Marks()
    symbols, pattern = locale.number_symbols["latn"], locale.decimal_formats[None].pattern
    is_late = language == "es" and locale.territory in GROUPED_LATE
    least = 10 * SMALLEST_GROUPED if is_late else SMALLEST_GROUPED
    percent = locale.percent_formats[None].pattern.replace("#,##,##0", "{}").replace("#,##0", "{}")
    percent = Marks.percent if language == ENGLISH else percent.replace(NARROW, NO_BREAK)
    return Marks(symbols["group"], symbols["decimal"], percent, pattern.startswith("#,##,"), least)


@lru_cache(2_000)
def _locale(language: str, region: str) -> "Locale":
    """As the language is written there; as usual where CLDR does not know that it is spoken there."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (English of no region does not wait for it)

    try:
        return Locale(language, region or None)
    except UnknownLocaleError:
        return Locale(language)


@lru_cache(2_000)
def first_weekday(region: str) -> int:
    """The day with which a week begins there, 1 is Monday; Monday also where nobody knows."""
    if not region:
        return 1
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (as above)

    try:
        # Whatever language most people speak there.
        locale = Locale.parse(f"und_{region}")
        return int(locale.first_week_day) + 1 if locale.territory == region else 1
    except (UnknownLocaleError, ValueError):
        return 1


@lru_cache(20_000)
def written_date(day: date, letters: str, language: str) -> str:
    """A date on one line, with what CLDR's letters ask for: `yMMMEd` is Sat 3 May 2025, `LLLL` May alone."""
    if language == ENGLISH or language not in LANGUAGES:
        return IN_ENGLISH[letters].format(day).replace(" ", NO_BREAK)
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415

    if letters in IN_WORDS:
        written = format_date(day, IN_WORDS[letters], language)
    elif letters.isalpha() and len(set(letters)) == 1:
        written = format_date(day, letters, language)
    else:
        written = format_skeleton(letters, day, locale=language)
    return written.replace(" ", NO_BREAK)


@lru_cache(10_000)
def written_time(hour: int, minute: int | None, wanted: Display) -> str:
    """17:05, or 5:05 PM; without a minute the hour as it stands at an axis: 17:00, or 5 PM."""
    language = wanted.language if wanted.language in LANGUAGES else ENGLISH
    if language == ENGLISH and wanted.hours != "12" and (wanted.hours or not wanted.region):
        return f"{hour:02d}:{minute or 0:02d}"
    from babel.dates import format_time  # noqa: PLC0415

    locale = _locale(language, wanted.region)
    # Of words in it, as Canada's "17 h 05", only the letters of the pattern count.
    usual = "".join(locale.time_formats["short"].pattern.split("'")[::2])
    has_usual = language != ENGLISH or locale.territory
    has_twelve = wanted.hours == "12" or (not wanted.hours and has_usual and "h" in usual)
    pattern = ("h:mm a" if minute is not None else "h a") if has_twelve else "HH:mm"
    return format_time(time(hour, minute or 0), pattern, locale=locale).replace(" ", NO_BREAK).replace(NARROW, NO_BREAK)


@lru_cache(64)
def weekday_name(weekday: int, letters: str, language: str) -> str:
    """The name of a day of the week, 1 is Monday: `cccc` Monday, `ccc` Mon."""
    return written_date(A_MONDAY.replace(day=weekday), letters, language)


@lru_cache(2_000)
def _country_name(code: str, language: str) -> str:
    from babel import Locale  # noqa: PLC0415

    locale = Locale(language if language in LANGUAGES else ENGLISH)
    return str(locale.territories.get(code, code))


def country_name(code: str) -> str:
    """A country by its name in the language of now; letters that are no country's stay what they are."""
    return _country_name(code, display().language)


def date_of(value: date) -> date:
    """The day of an instant: days are kept, instants are not."""
    return value.date() if isinstance(value, datetime) else value


def _indian(digits: str) -> str:
    """1234567 as 12,34,567."""
    sign, digits = (digits[0], digits[1:]) if digits[0] in "-+" else ("", digits)
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % 2
    pairs = [head[:first], *(head[at : at + 2] for at in range(first, len(head), 2))]
    return f"{sign}{','.join(filter(None, pairs))},{tail}"
