"""`brapped import --legacy URL`, as somebody who comes from the old scripts meets it."""

from collections.abc import Callable
from urllib.parse import quote

import psycopg
import pytest

from brapped_assets_tests.commands.subprocess_user import Said, plays
from brapped_assets_tests.transfer.test_legacy_importer import lived, old_url, there

__all__ = ["old_url"]
Brapped = Callable[..., Said]


@pytest.fixture
def imports(brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Brapped:
    """The command, with a database of the test's own and no login."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *arguments: brapped("import", *arguments)


def test_the_summary_counts_every_row_and_again_it_is_all_there(
    imports: Brapped, old_url: str, database_url: str
) -> None:
    lived(old_url)
    said = imports("--legacy", old_url)
    assert (said.code, said.errors) == (0, "")
    assert "15 rows in main_streaming_data, artist_table, track_table, for You (" in said.output
    assert said.output.endswith(
        "3 new plays 2 told more than once by the old tables 2 artists described 4 tracks described"
        " 1 too odd, kept aside: it names no track 1 too odd, kept aside: the artist has no id"
        " 2 too odd, kept aside: the time is not an instant"
    )
    stored = plays(database_url)
    assert "0 new plays 1 told more than once by the old tables 4 already there" in imports("--legacy", old_url).output
    assert plays(database_url) == stored
    assert len(stored) == 3


def test_what_was_forgotten_stays_so_and_the_summary_says_it(
    imports: Brapped, brapped: Brapped, old_url: str, database_url: str
) -> None:
    lived(old_url)
    assert imports("--legacy", old_url).code == 0
    assert brapped("forget", "--before", "2023-05-02", "--yes").code == 0
    said = imports("--legacy", old_url)
    assert "0 new plays 5 forgotten: they ended before what brapped forget removed" in said.output
    assert plays(database_url) == []


def test_the_old_tables_may_be_in_the_same_database(imports: Brapped, database_url: str) -> None:
    lived(database_url)
    assert imports("--legacy", database_url).code == 0
    assert len(plays(database_url)) == 3


def test_of_several_listeners_one_is_named(imports: Brapped, old_url: str, database_url: str) -> None:
    lived(old_url)
    assert imports("--legacy", old_url).code == 0
    there(database_url, "insert into audit.listener (spotify_user_id, display_name, time_zone, created_at)"
                        " values ('ann', 'Ann', 'UTC', now())")  # fmt: skip
    said = imports("--legacy", old_url)
    assert said.code == 2
    assert "Which listener? Name one with --listener." in said.errors
    assert "3 new plays" in imports("--legacy", old_url, "--listener", "Ann").output


@pytest.mark.parametrize(
    ("url", "code", "sentence"),
    [
        ("nonsense", 2, "--legacy is not a PostgreSQL URL."),
        ("postgresql://ann:a-secret:pass/word@host/db", 2, "--legacy is not a PostgreSQL URL."),
        ("{old}", 2, "There is no table main_streaming_data in this database."),
        ("postgresql://ann:a-secret@{host}/none", 1, "Check --legacy: host, database, user, password"),
    ],
)
def test_a_wrong_url_is_a_sentence_without_its_password(
    *, imports: Brapped, old_url: str, url: str, code: int, sentence: str
) -> None:
    with psycopg.connect(old_url) as connection:
        host = quote(connection.info.host, safe="")
    said = imports("--legacy", url.format(old=old_url, host=host))
    assert (said.code, said.output) == (code, "")
    assert sentence in said.errors
    assert "a-secret" not in said.errors
    assert "pass/word" not in said.errors


def test_the_url_may_come_from_the_environment_where_no_other_user_sees_it(
    imports: Brapped, old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(old_url)
    missing = imports("--legacy", "env:OLD_DATABASE_URL")
    assert (missing.code, missing.output) == (2, "")
    assert "--legacy env:OLD_DATABASE_URL: the environment has no OLD_DATABASE_URL." in missing.errors
    monkeypatch.setenv("OLD_DATABASE_URL", old_url)
    said = imports("--legacy", "env:OLD_DATABASE_URL")
    assert (said.code, said.errors) == (0, "")
    assert "3 new plays" in said.output


def test_a_password_among_the_arguments_is_warned_of_and_not_repeated(imports: Brapped, old_url: str) -> None:
    lived(old_url)
    said = imports("--legacy", f"{old_url}&password=a-secret")
    assert said.code == 0
    assert "The password in this URL can be read by other users of this machine" in said.errors
    assert "a-secret" not in said.errors + said.output


def test_a_path_and_the_old_tables_are_two_imports_and_nothing_is_none(imports: Brapped) -> None:
    both, neither = imports("export.zip", "--legacy", "postgresql://a-secret@host/db"), imports()
    assert (both.code, neither.code) == (2, 2)
    assert "not both" in both.errors
    assert "a-secret" not in both.errors
    assert "what to import" in neither.errors
