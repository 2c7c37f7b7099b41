"""What every page says, and what none does, whatever it is about."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from brapped_assets.rendering.environment import HERE
from brapped_assets.rendering.unbroken import LONGEST, unbroken
from brapped_assets.text.formatting import percent, time_left

# Words of the engine room.
NOT_OURS = re.compile(r"\b(partition|materiali[sz]|fact table|merge[ds]?\b|rollup|schema|dagster)", re.IGNORECASE)
PACKAGE = HERE.parent
PAGES = sorted(HERE.glob("templates/*.html"))


def words(source: str) -> str:
    """What a template writes itself, in the catalogue or not: neither its own instructions nor markup."""
    source = " ".join([source, *re.findall(r'(?:_|ngettext)\("([^"]*)"', source)])
    return re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_speaks_of_music_and_not_of_how_it_is_collected(page: Path) -> None:
    source = page.read_text("utf-8")
    assert NOT_OURS.findall(words(source)) == []


@pytest.mark.parametrize("whole", ["base.html", "report.html"])
def test_whatever_is_shown_says_whose_data_it_is_and_that_nobody_is_affiliated(whole: str) -> None:
    source = (HERE / "templates" / whole).read_text("utf-8")
    footer = source[source.index("<footer>") :]
    assert "Data from Spotify, not affiliated." in words(footer)


def test_every_page_is_one_of_the_two() -> None:
    # The widget is a piece of somebody else's page.
    pieces = {"charts.html", "forms.html", "motif.html", "parts.html", "wrapped_story.html", "widget.html"}
    whole = {page.name for page in PAGES if "{% extends" not in page.read_text("utf-8")}
    assert whole - pieces == {"base.html", "report.html"}


SHARE = re.compile(r"<1\u00a0%|\d+\u00a0%")


@given(part=st.integers(0, 10**9), rest=st.integers(0, 10**9))
def test_a_share_is_nothing_only_of_nothing_and_all_only_of_all(part: int, rest: int) -> None:
    told = percent(part, part + rest)
    assert SHARE.fullmatch(told)
    assert (told == "0\u00a0%") == (part == 0)
    assert (told == "100\u00a0%") == (part > 0 and rest == 0)
    assert (told == "<1\u00a0%") == (part > 0 and 100 * part < part + rest)


def test_a_share_is_written_in_one_place_only() -> None:
    """Whoever formats one by itself says "0 %" of what is there; percentages of drawings and of SQL are no words."""
    formats = re.compile(r":\.\d?%|\)\|round(?:\|int)? ?\}\}(?:&nbsp;| |\u00a0)?%(?!\w)|toFixed\(\d\)\}? ?%")
    places = {
        file.relative_to(PACKAGE).as_posix()
        for kind in ("py", "html", "js")
        for file in PACKAGE.rglob(f"*.{kind}")
        if "vendor" not in file.parts and formats.search(file.read_text("utf-8"))
    }
    assert places == set()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a few seconds"), (2.4, "a few seconds"), (12, "10 seconds"), (89, "90 seconds"), (95, "2 minutes"),
     (600, "10 minutes"), (7300, "2 hours")],
)  # fmt: skip
def test_what_is_left_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


def test_a_line_never_breaks_inside_a_date_or_a_figure() -> None:
    assert unbroken("Say 2025-03 or 2025-03-01..2025-04-15.") == (
        'Say <span class="nowrap">2025-03</span> or <span class="nowrap">2025-03-01..2025-04-15.</span>'
    )
    assert unbroken("1.5 half-heard songs") == '<span class="nowrap">1.5</span> half-heard songs'
    # Of what somebody typed: as much as a phone has room for.
    assert unbroken(f"{'1-' * LONGEST} is no period") == f"{'1-' * LONGEST} is no period"


@given(st.text())
def test_a_text_says_the_same_whatever_stays_on_one_line(text: str) -> None:
    assert unbroken(text).striptags() == Markup.escape(text).striptags()
    assert not re.search(r"<(?!/?span)", unbroken(text))
