"""What every page says, and what none does, whatever it is about."""

import re
from pathlib import Path

import pytest

from brapped_assets.insights.web.site import HERE

# Words of the engine room.
NOT_OURS = re.compile(r"\b(partition|materiali[sz]|fact table|merge[ds]?\b|rollup|schema|dagster)", re.IGNORECASE)
PAGES = sorted(HERE.glob("templates/*.html"))


def words(source: str) -> str:
    """What a template writes itself: neither its own instructions nor markup."""
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
    pieces = {"charts.html", "forms.html", "parts.html", "story.html"}
    whole = {page.name for page in PAGES if "{% extends" not in page.read_text("utf-8")}
    assert whole - pieces == {"base.html", "report.html"}
