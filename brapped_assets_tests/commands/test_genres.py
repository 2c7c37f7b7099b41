"""`brapped genres`: how far it is, what the file says, and what is wrong with it."""

from collections.abc import Callable

import pytest

from brapped_assets.settings import Settings
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.warehouse.polled_plays import listened


def test_it_tells_how_far_it_is_and_takes_the_file_over(connected: Connected, brapped: Callable[..., Said]) -> None:
    with connected.warehouse.transaction() as tx:
        listened(tx)
    home = Settings.load().brapped_home
    home.mkdir(exist_ok=True)
    first = brapped("genres")
    assert (first.code, first.errors) == (0, "")
    assert "Genres are known of 1 of 3 artists that Spotify has an id of; 0 were asked about." in first.output
    assert "Ids of artists and albums are sent to MusicBrainz and Wikidata, no plays." in first.output
    assert "genres.csv, with the first line artist,genres,country,began." in first.output
    (home / "genres.csv").write_text("artist,genres\nben,zeuhl\nStranger,rock\n", encoding="utf-8")
    second = brapped("genres")
    assert second.code == 0
    assert "Genres are known of 2 of 3 artists" in second.output
    assert "says something of 2 artists, and goes before all else." in second.output
    assert "Nobody played these yet: Stranger." in second.output
    (home / "genres.csv").write_text("who,what\n", encoding="utf-8")
    third = brapped("genres")
    assert third.code == 1
    assert "Genres are known of 2 of 3 artists" in third.output
    assert "genres.csv begins with the line artist,genres,country,began." in third.output


def test_switched_off_it_says_so(
    connected: Connected, brapped: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_GENRES", "off")
    assert "BRAPPED_GENRES=off: nobody is asked." in brapped("genres").output
