"""What is wrong with a file, in words: in the language of whoever asks, whatever process found it."""

import pickle

import pytest

from brapped_assets.history.errors import AGAIN, Damaged, HistoryError, NotAnExport
from brapped_assets.history.folders import nothing_in_folder
from brapped_assets.history.not_a_history import nothing_in_archive
from brapped_assets.text.language import Display, written_as
from brapped_assets.text.translation import N_

ENDS = N_("it ends in the middle, after row %(row)s.")
CUT = Damaged("a\nb.json", ENDS, AGAIN, row=50_000)


@pytest.mark.parametrize("error", [CUT, pickle.loads(pickle.dumps(CUT))])
def test_a_reason_is_in_english_unless_somebody_reads_another_language(error: HistoryError) -> None:
    assert str(error) == (
        "a b.json: it ends in the middle, after row 50,000. Download it again from Spotify and import the new one."
    )
    with written_as(Display("de")):
        assert str(error) == (
            "a b.json: es endet mittendrin, nach Zeile 50.000. Lade es noch einmal bei Spotify herunter und "
            "importiere das neue."
        )


def test_reasons_of_reasons_are_in_that_language_too() -> None:
    folder = nothing_in_folder("folder", [CUT.called("x.json"), NotAnExport("y", N_("it is not a list of plays."))])
    inside = nothing_in_archive("a.zip", "zip", ["x.json"], [CUT.called("x.json")])
    for error, starts in (
        (folder, "in diesem Ordner ist kein Spotify-Export (x.json: es endet mittendrin, nach Zeile 50.000. Lade"),
        (inside, "x.json: es endet mittendrin"),
        (
            nothing_in_archive("a.zip", "zip", ["Takeout/x"], []),
            "es ist ein Google Takeout, ohne Spotify-Hörverlauf. F",
        ),
        (nothing_in_archive("a.tar", "tar", ["x"], []), "es ist ein tar ohne Spotify-Hörverlauf. Fordere bei Spotify"),
    ):
        english = error.reason
        with written_as(Display("de")):
            assert error.reason.startswith(starts)
        assert error.reason == english


def test_a_file_s_own_words_are_no_text_to_be_filled_in() -> None:
    error = Damaged("100%(row)s.json", N_("it cannot be read (%(why)s). Copy it and try again."), why="50%(x)s")
    assert str(error) == "100%(row)s.json: it cannot be read (50%(x)s). Copy it and try again."
