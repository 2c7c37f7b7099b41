"""A report is written whole or not at all, and on this machine nobody else reads it."""

import stat
from pathlib import Path

import pytest
from upath import UPath

from brapped_assets.rendering.report_target import NotWritten, write


def test_a_file_is_private_and_replaces_the_old_one(tmp_path: Path) -> None:
    to = tmp_path / "new folder" / "page.html"
    to.parent.mkdir()
    to.write_text("old")
    to.chmod(0o644)
    assert write(b"new", str(to)) == str(to)
    assert to.read_bytes() == b"new"
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert write(b"newer", f"file://{to}") == f"file://{to}"
    assert [(file.name, file.read_bytes()) for file in to.parent.iterdir()] == [("page.html", b"newer")]
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_an_interruption_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = tmp_path / "page.html"
    to.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(NotWritten) as told:
        write(b"new", str(to))
    assert str(told.value) == f"{to}: the report cannot be written there (No space left on device)."
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("page.html", "old")]


def test_any_storage_that_universal_pathlib_knows_will_do() -> None:
    assert write(b"one", "memory://reports/page.html") == "memory://reports/page.html"
    assert write(b"two", "memory://reports/page.html") == "memory://reports/page.html"
    assert [(file.name, file.read_bytes()) for file in UPath("memory://reports").iterdir()] == [("page.html", b"two")]


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (
            "s3://key:secret@bucket/page.html?token=secret",
            "s3://bucket/page.html: this kind of URL needs another package",
        ),
        ("nonsense://user:secret@host/page.html", "nonsense://host/page.html: the report cannot be written there"),
    ],
)
def test_where_it_cannot_be_written_is_a_sentence_without_secrets(to: str, sentence: str) -> None:
    with pytest.raises(NotWritten) as told:
        write(b"x", to)
    assert str(told.value).startswith(sentence)
    assert "secret" not in str(told.value)


def test_a_place_that_is_no_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten, match="the report cannot be written there"):
        write(b"x", str(tmp_path / "file" / "page.html"))
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
