"""`brapped bi`: the files it writes, the role it makes, and what it says where Power BI cannot come."""

import io
import json
import re
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.databases import role_name

Brapped = Callable[..., Said]


@pytest.fixture
def address(database_url: str) -> Iterator[tuple[str, int]]:
    """The test's server, which listens on a Unix socket, under an address."""
    folder = str(conninfo_to_dict(database_url)["host"])
    with socket.create_server(("127.0.0.1", 0)) as server:

        def carry() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=between, args=(client,), daemon=True).start()

        def between(client: socket.socket) -> None:
            # Whoever is done hangs up in the middle of a word.
            with suppress(OSError), client, socket.socket(socket.AF_UNIX) as database:
                database.connect(f"{folder}/.s.PGSQL.5432")
                while True:
                    for ready in select.select([client, database], [], [])[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        (database if ready is client else client).sendall(data)

        threading.Thread(target=carry, daemon=True).start()
        yield server.getsockname()
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def by_address(database_url: str, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> str:
    given = conninfo_to_dict(database_url)
    host, port = address
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{given['user']}:s3cret@{host}:{port}/{given['dbname']}")
    return f"{host}:{port}"


@pytest.fixture
def role(database_url: str) -> Iterator[str]:
    with role_name(database_url) as name:
        yield name


def test_two_files_are_written_without_a_secret(brapped: Brapped, by_address: str, tmp_path: Path) -> None:
    folder = tmp_path / "not yet" / "there"
    said = brapped("bi", "-o", str(folder))
    assert (said.code, said.errors) == (0, "")
    assert sorted(file.name for file in folder.iterdir()) == ["brapped.pbids", "brapped.tmdl"]
    connection = json.loads((folder / "brapped.pbids").read_text())["connections"][0]
    assert connection["details"]["address"]["server"] == by_address
    model = (folder / "brapped.tmdl").read_bytes()
    assert model.startswith(b"createOrReplace\n\n\texpression Server")
    assert b"\r" not in model
    for text in (said.output, *(file.read_text() for file in folder.iterdir())):
        assert "s3cret" not in text
    assert "not yet tried in Power BI Desktop" in said.output
    assert "Power BI has to run here, too" in said.output


@pytest.mark.parametrize("is_embedded", [True, False])
def test_a_database_without_an_address_is_said_plainly(
    brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch, is_embedded: bool, tmp_path: Path
) -> None:
    if not is_embedded:
        monkeypatch.setenv("DATABASE_URL", database_url)
    said = brapped("bi", "-o", str(tmp_path / "files"))
    assert (said.code, said.output) == (2, "")
    assert said.errors.startswith("✗ Power BI cannot reach this database: it answers on this machine only")
    assert "Point DATABASE_URL at a PostgreSQL with an address" in said.errors
    assert not (tmp_path / "files").exists()


def test_a_role_is_made_and_its_password_shown_once(
    brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch, role: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    said = brapped("bi", "--role", role)
    assert (said.code, said.errors) == (0, "")
    shown = re.fullmatch(
        rf"✓ {role} may now sign in; it reads the schema bi and nothing else\. "
        r"Its password, shown only now: ([\w-]{32})",
        said.output,
    )
    assert shown is not None
    again = brapped("bi", "--role", role)
    assert again.code == 0
    assert again.output.startswith(f"✓ {role} has its new password;")
    assert shown[1] not in again.output
    written = [file for file in tmp_path.rglob("*") if file.is_file() and shown[1].encode() in file.read_bytes()]
    assert written == []
    with psycopg.connect(database_url, user=role) as reader:
        assert reader.execute("select count(*) from bi.plays").fetchone() == (0,)


def test_a_password_of_ones_own_is_read_and_never_shown(
    brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO("my own 'password'\n"))
    said = brapped("bi", "--role", role, "--password-stdin")
    assert said == Said(0, f"✓ {role} may now sign in; it reads the schema bi and nothing else.", "")


@pytest.mark.parametrize("given", ["", "\n", "   \n", "a\x00b\n"])
def test_no_password_is_no_password(
    brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch, role: str, given: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    said = brapped("bi", "--role", role, "--password-stdin")
    assert (said.code, said.output) == (2, "")
    assert said.errors == "✗ --password-stdin: there is no password in the first line of the input."


def test_wrong_names_and_stray_options_are_usage(
    brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    said = brapped("bi", "--role", "My Reader")
    assert said.code == 2
    assert said.errors.startswith("✗ 'My Reader' cannot be the role's name. Take small letters, digits and _")
    stray = brapped("bi", "--password-stdin")
    assert stray.code == 2
    assert "it is the password of --role NAME" in stray.errors


def test_a_folder_that_is_a_file_is_a_sentence(brapped: Brapped, by_address: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    said = brapped("bi", "-o", str(tmp_path / "taken"))
    assert (said.code, said.output) == (1, "")
    assert said.errors.startswith("✗ ")
