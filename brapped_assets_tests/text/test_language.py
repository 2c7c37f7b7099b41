"""Which language is written, and how each writes numbers, days and hours."""

import re
from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.text import formatting
from brapped_assets.text.cldr import first_weekday
from brapped_assets.text.language import (
    LANGUAGES,
    Display,
    Numbers,
    display,
    display_of,
    language_of,
    region_of,
    written_as,
)
from brapped_assets.text.translation import _, ngettext

AT = datetime(2025, 5, 3, 17, 5)  # noqa: DTZ001  (local)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT, en;q=0.8", "de"),
        ("en;q=0.8, es-419;q=0.9", "es"),
        ("nl, fr;q=0.5", "fr"),
        ("nl", "en"),
        ("*", "en"),
        ("hi;q=0", "en"),
        ("de;q=nan, fr;q=inf, es;q=-1, hi;q=x", "en"),
        (", ;;; q=, de;q", "en"),
        ("en-XA", "en-XA"),
        ("en-US," * 10_000 + "de", "en"),
    ],
)
def test_a_browser_is_spoken_to_in_what_it_asks_for_most_of_what_there_is(wishes: str, language: str) -> None:
    assert language_of(wishes) == language


@pytest.mark.parametrize(
    ("wishes", "language", "region", "weekday"),
    [
        ("en-US,en;q=0.9", "en", "US", 7),
        ("en;q=0.8, de-AT;q=0.9", "de", "AT", 1),
        ("en, en-GB;q=0.5, en-US;q=0.9", "en", "US", 7),
        ("en-US, de", "de", "", 1),
        ("es-419", "es", "419", 1),
        ("en-Latn-EG", "en", "EG", 6),
        ("en-US-u-ca-gregory", "en", "US", 7),
        ("en-ZZ", "en", "ZZ", 1),
        ("en-XA", "en-XA", "", 1),
        ("hi-IN;q=0, de", "hi", "", 1),
        ("en-x'y, en-é1", "en", "", 1),
        ("", "en", "", 1),
    ],
)
def test_a_week_begins_as_in_the_region_that_a_browser_names_with_the_language(
    wishes: str, language: str, region: str, weekday: int
) -> None:
    assert (region_of(wishes, language), first_weekday(region)) == (region, weekday)


@given(st.text(max_size=600) | st.from_regex(r"en-[A-Za-z0-9-]{1,8}", fullmatch=True), st.sampled_from([*LANGUAGES]))
def test_whatever_region_a_browser_names_it_is_written_and_has_weeks(wishes: str, language: str) -> None:
    region = region_of(wishes, language)
    assert re.fullmatch("[A-Z]{2}|[0-9]{3}|", region)
    assert first_weekday(region) in range(1, 8)
    with written_as(display_of(language, region=region)):
        assert formatting.number(12) == "12"
        assert "5" in formatting.clock(AT)


@given(st.text(max_size=600))
def test_whatever_a_browser_asks_for_there_is_a_language(wishes: str) -> None:
    assert language_of(wishes) in {*LANGUAGES, "en-XA"}
    assert display_of(wishes, wishes, wishes).language in {*LANGUAGES, "en-XA"}


NO, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
# A blank is one that does not break, "_" a narrow one.
WRITTEN = {
    Display(): "1,234|1,234,567|3.4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
    Display("de"): "1.234|1.234.567|3,4|39 %|Sa., 3. Mai 2025|3. Mai|17:05|17:00|Montag",
    Display("es"): "1234|1.234.567|3,4|39 %|sáb, 3 may 2025|3 de mayo|17:05|17:00|lunes",
    Display("fr"): "1_234|1_234_567|3,4|39 %|sam. 3 mai 2025|3 mai|17:05|17:00|lundi",
    Display("hi"): "1,234|12,34,567|3.4|39%|शनि, 3 मई 2025|3 मई|5:05 pm|5 pm|सोमवार",
    Display("en", "12", "indian"): "1,234|12,34,567|3.4|39 %|Sat 3 May 2025|3 May|5:05 PM|5 PM|Monday",
    Display("hi", "24", "point"): "1.234|1.234.567|3,4|39%|शनि, 3 मई 2025|3 मई|17:05|17:00|सोमवार",
    Display("en", region="US"): "1,234|1,234,567|3.4|39 %|Sat 3 May 2025|3 May|5:05 PM|5 PM|Monday",
    Display("en", region="GB"): "1,234|1,234,567|3.4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
    Display("en", region="IN"): "1,234|12,34,567|3.4|39 %|Sat 3 May 2025|3 May|5:05 PM|5 PM|Monday",
    Display("en", region="DE"): "1.234|1.234.567|3,4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
    Display("en", "24", "space", region="US"): "1_234|1_234_567|3,4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
    Display("es", region="MX"): "1,234|1,234,567|3.4|39%|sáb, 3 may 2025|3 de mayo|5:05 p.m.|5 p.m.|lunes",
    Display("fr", region="CA"): "1 234|1 234 567|3,4|39 %|sam. 3 mai 2025|3 mai|17:05|17:00|lundi",
    # A language that CLDR does not know there, and what is no region.
    Display("de", region="US"): "1.234|1.234.567|3,4|39 %|Sa., 3. Mai 2025|3. Mai|17:05|17:00|Montag",
    Display("en", region="999"): "1,234|1,234,567|3.4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
    Display("en-XA"): "1,234|1,234,567|3.4|39 %|Sat 3 May 2025|3 May|17:05|17:00|Monday",
}


@pytest.mark.parametrize("wanted", WRITTEN, ids=lambda wanted: "-".join(map(str, wanted)))
def test_numbers_days_and_hours_are_written_as_the_language_writes_them_or_as_chosen(wanted: Display) -> None:
    with written_as(wanted):
        found = [
            *map(formatting.number, (1234, 1_234_567, 3.4)), formatting.percent(39, 100), formatting.day(AT),
            formatting.dated(AT, "MMMMd"), formatting.clock(AT), formatting.hour(17), formatting.weekday(1),
        ]  # fmt: skip
    assert "|".join(found).replace(NO, " ").replace(NARROW, "_") == WRITTEN[wanted]
    assert display() == Display()


@given(st.integers(-(10**12), 10**12), st.sampled_from([*LANGUAGES]), st.sampled_from(get_args(Numbers)))
def test_a_number_keeps_its_digits_however_it_is_written(value: int, language: str, numbers: str) -> None:
    with written_as(display_of(language, numbers=numbers)):
        told = formatting.number(value)
    assert "".join(sign for sign in told if sign.isdigit() or sign == "-") == str(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_has_a_name_and_every_hour_has_one(language: str) -> None:
    with written_as(Display(language)):
        assert len({formatting.weekday(nth) for nth in range(1, 8)}) == 7
        assert len({formatting.weekday(nth, "ccc") for nth in range(1, 8)}) == 7
        assert len({formatting.dated(AT.replace(month=nth), "LLLL") for nth in range(1, 13)}) == 12
        assert len({formatting.hour(hour) for hour in range(24)}) == 24


def test_what_is_not_translated_is_english_and_values_have_names() -> None:
    with written_as(Display("hi")):
        assert _("A text of no catalogue: %(what)s, 5 %%.", what="Xx") == "A text of no catalogue: Xx, 5 %."
    assert ngettext("%(num)s thing", "%(num)s things", 1234) == "1,234 things"
    assert ngettext("%(num)s thing", "%(num)s things", 1) == "1 thing"
    assert ngettext("%(num)s thing", "%(num)s things", 1.5) == "1.5 things"


def test_the_pseudo_locale_keeps_values_elements_and_references() -> None:
    with written_as(Display("en-XA")):
        assert _('Of <a href="/x">all</a> %(what)s &amp; more', what="Xx") == (
            '⟦Óf <a href="/x">áll</a> Xx &amp; móré ~~~⟧'
        )


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ((29_999, 1, False, False), "0 minutes of music in 1 play."),
        ((89_999, 1, True, False), "≈1 minute of music in 1 play."),
        ((90_000, 2, False, False), "2 minutes of music in 2 plays."),
        ((60_000_000, 1_234, True, True), "At least ≈1,000 minutes of music in 1,234 plays."),
    ],
)
def test_music_is_told_by_one_sentence_with_what_its_numbers_are(
    told: tuple[int, int, bool, bool], sentence: str
) -> None:
    ms, plays, is_estimated, is_at_least = told
    assert formatting.music(ms, plays, is_estimated=is_estimated, is_at_least=is_at_least) == sentence
