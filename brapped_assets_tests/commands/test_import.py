"""`brapped import`: what somebody new would try, and what goes wrong."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from upath import UPath

from brapped_assets.commands.unscheduled_poll import poll_without_an_hour
from brapped_assets.definitions import defs
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, Said, User, plays, wait_until
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.history.export_builders import FOLDER, document, extended, zipped

Brapped = Callable[..., Said]
END = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def imports(brapped: Brapped, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Brapped:
    """The command, with a database of the test's own and no login."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *arguments: brapped("import", *arguments)


@pytest.fixture(scope="module")
def export(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of extended history."""
    path = tmp_path_factory.mktemp("export") / "my_spotify_data.zip"
    return write_export(Listener(catalogue), path, start=END - timedelta(days=10), end=END)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server that gives out what lies in `tmp_path`/web."""
    (tmp_path / "web").mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path / "web"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_database_that_is_full_half_way_keeps_what_is_merged_and_says_so(
    imports: Brapped, tmp_path: Path, database_url: str
) -> None:
    first, second = ([extended(ts=f"2025-0{month}-01T10:00:00Z")] for month in (1, 2))
    export = zipped(
        tmp_path / "my_spotify_data.zip",
        {
            "Streaming_History_Audio_2025_0.json": document(first),
            "Streaming_History_Audio_2025_1.json": document(second),
        },
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "create function full_disk() returns trigger language plpgsql as $$ begin"
            " if new.export_at > '2025-01-15' then raise exception 'injected' using errcode = '53100'; end if;"
            " return new; end $$;"
            " create trigger full_disk before insert on star.streaming_fact for each row execute function full_disk()"
        )
    said = imports(str(export))
    assert said.code == 1
    assert said.output.startswith("1 rows in ")
    assert said.output.endswith("What is merged stays; run the same command again and it goes on from there.")
    assert "✗ The database is out of space." in said.errors
    assert len(plays(database_url)) == 1
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop trigger full_disk on star.streaming_fact")
    assert imports(str(export)).code == 0
    assert len(plays(database_url)) == 2


def test_somebody_new_comes_by_their_export_alone_and_is_known_again(
    imports: Brapped, tmp_path: Path, database_url: str
) -> None:
    mine, bens, more = (
        zipped(tmp_path / f"{month}.zip", {"Streaming_History_Audio_2025_0.json": document([extended(ts=ts)])})
        for month, ts in ((month, f"2025-0{month}-01T10:00:00Z") for month in (1, 2, 3))
    )
    assert imports(str(mine)).code == 0
    for nth, export in enumerate((bens, more)):
        said = imports(str(export), "--new-listener", "Ben")
        assert (said.code, "for Ben (" in said.output) == (0, True), nth
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select display_name, count(*) from bi.plays join bi.listeners using (listener_id) group by 1 order by 1"
        ).fetchall()
    assert found == [("Ben", 2), ("You", 1)]
    # Whose the next one is has to be said now.
    assert "--listener" in imports(str(mine)).errors
    refused = imports(str(more), "--new-listener", "You")
    assert (refused.code, "There is a listener called 'You' already." in refused.errors) == (2, True)
    assert imports(str(more), "--new-listener", " ").code == 2
    assert imports(str(more), "--new-listener", "Cy", "--listener", "Ben").code == 2
    assert len(plays(database_url)) == 3


def test_an_export_needs_no_login_and_twice_is_no_harm(imports: Brapped, export: Path, database_url: str) -> None:
    first = imports(str(export))
    assert (first.code, first.errors) == (0, "")
    # Dagster, which was never used here, was not asked.
    assert not Settings.load().dagster_home.exists()
    stored = plays(database_url)
    assert f"{len(stored)} new plays" in first.output.replace(",", "")
    assert "for You (" in first.output
    again = imports(str(export))
    assert again.code == 0
    assert "of them imported before" in again.output
    assert f"0 new plays {len(stored)} already there" in again.output.replace(",", "")
    assert plays(database_url) == stored


def test_a_file_that_an_older_version_read_is_said_to_be_read_again_by_dry_run_and_import(
    imports: Brapped, export: Path, database_url: str
) -> None:
    imports(str(export))
    with psycopg.connect(database_url) as connection:
        files = connection.execute("update audit.import_file set reader_version = 1").rowcount
    said = f", {files} of them imported before ({files} read again for podcasts, audiobooks and videos), for You"
    for options in (["--dry-run"], []):
        assert said in " ".join(imports(str(export), *options).output.split())
    assert "read again" not in imports(str(export)).output


def test_what_is_too_odd_and_what_is_no_music_is_said_by_reason(imports: Brapped, tmp_path: Path) -> None:
    rows = [
        extended(),
        extended(ts="yesterday"),
        extended(spotify_track_uri=None, episode_name="E", spotify_episode_uri="x"),
    ]
    said = imports(str(zipped(tmp_path / "e.zip", {"endsong_0.json": document(rows), "Playlist1.json": b"{}"})))
    assert said.code == 0
    assert "3 rows in 1 file, for You" in said.output
    assert (
        "1 new plays 1 of podcasts, kept beside music 1 of these, which are no music, not known before 1 too odd, kept"
        in (said.output)
    )
    assert "not a listening history: Playlist1.json: it is not a Spotify history." in said.output


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nothing", None, "there is no such file or folder. Check the path."),
        ("photos.zip", {"IMG_1.jpg": b"\xff\xd8"}, "it is a zip without a Spotify history."),
        ("export.zip", b"PK\x03\x04 and then the line broke", "it is a zip that is cut off or damaged."),
        ("endsong_0.json", b"<!doctype html><title>Log in</title>", "it is a web page: the download was not finished"),
        ("endsong_0.json", b"", "it is empty, so the download was not finished."),
        ("my.json", b'{"a": 1}', "it is not a Spotify history."),
    ],
)
def test_a_path_without_an_export_is_a_sentence(
    *, imports: Brapped, tmp_path: Path, name: str, content: bytes | dict[str, bytes] | None, sentence: str
) -> None:
    path = tmp_path / name
    if isinstance(content, dict):
        zipped(path, content)
    elif content is not None:
        path.write_bytes(content)
    said = imports(str(path))
    assert (said.code, said.output) == (2, "")
    assert name in said.errors
    assert sentence in said.errors


def test_a_folder_without_an_export_is_a_sentence(imports: Brapped, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = imports(str(tmp_path / "empty"))
    assert said.code == 2
    assert "there is no Spotify export in this folder" in said.errors


@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_not_the_folder_one_is_in(
    imports: Brapped, export: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(export.parent)
    said = imports(path)
    assert said.code == 2
    assert f"{path!r}: there is no such file or folder. Check the path." in said.errors


def test_one_wrong_path_of_two_imports_nothing(imports: Brapped, export: Path, database_url: str) -> None:
    assert imports(str(export), "nowhere").code == 2
    assert plays(database_url) == []


def test_a_file_that_breaks_off_among_good_ones_fails_and_is_named(
    imports: Brapped, tmp_path: Path, database_url: str
) -> None:
    good = document([extended()])
    said = imports(str(zipped(tmp_path / "e.zip", {"endsong_0.json": good, "endsong_1.json": good[:-20]})))
    assert said.code == 1
    assert "could not be read, nothing of it was imported: endsong_1.json: it ends in the middle" in said.output
    assert len(plays(database_url)) == 1


def test_nothing_in_a_name_or_path_is_markup(imports: Brapped, tmp_path: Path) -> None:
    said = imports(str(tmp_path / "[/red]"))
    assert said.code == 2
    assert "[/red]: there is no such file" in said.errors


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_the_name_of_a_file_does_nothing_to_the_terminal(imports: Brapped, tmp_path: Path) -> None:
    folder = tmp_path / "an export"
    folder.mkdir()
    (folder / "Streaming_History_Audio_2020_0.json").write_bytes(document([extended()]))
    (folder / "Streaming_History_Audio_\x1b[31mRED\x1b]0;pwn\x07\u202e_1.json").write_text('[{"ts":')
    said = imports(str(folder))
    assert said.code == 1
    assert "Streaming_History_Audio_�[31mRED�]0;pwn�_1.json" in said.output + said.errors
    assert not set(said.output + said.errors) & set("\x1b\x07\u202e")


def test_an_export_may_lie_at_a_url(imports: Brapped, export: Path, web: str, tmp_path: Path) -> None:
    (tmp_path / "web" / "my_spotify_data.zip").write_bytes(export.read_bytes())
    said = imports(f"{web}/my_spotify_data.zip?signature=a-secret")
    assert said.code == 0, said
    remote = UPath("memory://exports/2025/my_spotify_data.zip")
    remote.write_bytes(export.read_bytes())
    assert "of them imported before" in imports("memory://exports/2025/my_spotify_data.zip").output
    assert "of them imported before" in imports("memory://exports").output


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("{web}/none.zip?signature=a-secret", "none.zip: the server answered 404. Check the URL."),
        ("http://user:a-secret@127.0.0.1:1/e.zip", "http://127.0.0.1:1/e.zip: it cannot be fetched (ConnectionError)."),
        ("nonsense://e.zip", "nonsense://e.zip"),
        ("memory://nothing/here.zip", "it cannot be fetched (FileNotFoundError)."),
        ("s3://bucket/a.zip", "this kind of URL needs another package (Install s3fs to access S3)."),
    ],
)
def test_a_url_without_an_export_is_a_sentence_without_secrets(
    imports: Brapped, web: str, address: str, sentence: str
) -> None:
    said = imports(address.format(web=web))
    assert said.code == 2
    assert sentence in said.errors
    assert "a-secret" not in said.errors


def test_the_listener_who_is_logged_in_is_the_one_and_polls_go_on(
    connected: Connected, brapped: Brapped, export: Path
) -> None:
    assert brapped("import", str(export)).code == 0
    before = len(plays(connected.database_url))
    assert poll_without_an_hour({}, datetime.now(UTC))
    assert len(plays(connected.database_url)) == before + 10
    with connected.warehouse.transaction() as tx:
        names = tx.execute("select display_name, count(*)::int as plays from bi.listeners join bi.plays using"
                           " (listener_id) group by 1").fetchall()  # fmt: skip
    assert names == [{"display_name": "Scripted Listener", "plays": before + 10}]


def test_once_dagster_is_there_it_is_told_what_the_asset_would_tell_and_looks_up_what_is_due(
    connected: Connected, dagster_url: str, brapped: Brapped, export: Path
) -> None:
    with open_instance(Settings.load()):
        pass
    said = brapped("import", str(export))
    assert (said.code, said.errors) == (0, "")
    config = {"ops": {"streaming_history": {"config": {"paths": [str(export)]}}}}
    with open_instance(Settings.load()) as instance:
        assert is_due(newest_level(instance), datetime.now(UTC))
        job = defs.resolve_job_def("import_history")
        assert job.execute_in_process(instance=instance, run_config=config).success
        found = instance.fetch_materializations(dg.AssetKey("streaming_history"), limit=9).records
        episodes = instance.fetch_materializations(dg.AssetKey("episode_history"), limit=9).records
    own, told = [
        {name: value.value for name, value in record.asset_materialization.metadata.items()}
        for record in found
        if record.asset_materialization
    ]
    assert [record.run_id == "" for record in episodes] == [False, True]
    assert found[1].run_id == ""
    assert own.keys() == told.keys()
    assert told["plays_added"] == own["plays_known"] == len(plays(connected.database_url))


def test_a_dagster_that_does_not_answer_is_no_trouble_of_an_import(
    imports: Brapped, export: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_PG_URL", database_url.replace("/test_", "/none_"))
    said = imports(str(export))
    assert (said.code, said.errors) == (0, "")


def test_an_export_alone_is_healthy(imports: Brapped, brapped: Brapped, export: Path) -> None:
    assert brapped("status").code == 3
    assert imports(str(export)).code == 0
    said = brapped("status")
    assert said.code == 0, said
    assert "✓ Your exports are in; nothing is polled without a login." in said.output


def test_the_machines_listeners_can_be_named(imports: Brapped, export: Path) -> None:
    said = imports(str(export), "--listener", "[bold]Ann")
    assert said.code == 2
    assert "No single listener is called '[bold]Ann'. The listeners are: nobody." in said.errors


@pytest.mark.slow
def test_stopped_with_ctrl_c_and_started_again_everything_is_there_once(
    user: User, catalogue: Catalogue, database_url: str
) -> None:
    path = user.work / "my_spotify_data.zip"
    write_export(Listener(catalogue), path, start=END - timedelta(days=6 * 365), end=END)

    def finished() -> bool:
        with psycopg.connect(database_url) as connection:
            row = connection.execute("select count(*) from audit.import_file where finished_at is not null").fetchone()
        return bool(row and row[0])

    with (
        user.started("import", str(path), DATABASE_URL=database_url) as started,
        psycopg.connect(database_url) as holder,
    ):
        wait_until(finished, "the first file is merged")
        # The next piece waits for this row, so Ctrl-C meets the import at work however fast it is.
        holder.execute("select from audit.listener for update")
        assert started.stop(signal.SIGINT) == 1
        says = started.says()
    assert "Stopped. What is merged stays; run the same command again and it goes on from there." in says
    assert "Traceback" not in says
    stopped_at = len(plays(database_url))
    assert stopped_at > 0
    again = user.run("import", str(path), DATABASE_URL=database_url)
    assert again.code == 0
    assert "already there" in again.output
    with psycopg.connect(database_url) as connection:
        files = connection.execute("select sum(plays_added), count(*) - count(finished_at) from audit.import_file")
        assert files.fetchone() == (len(plays(database_url)), 0)
    assert len(plays(database_url)) > stopped_at


def two_people(folder: Path) -> Path:
    for who, hour in (("user-a", 1), ("user-b", 12)):
        place = folder / who / FOLDER
        place.mkdir(parents=True)
        days = [f"2021-03-{day:02d}T{hour:02d}:00:00Z" for day in range(1, 29)]
        (place / "endsong_0.json").write_bytes(document([extended(ts=ts, username=who) for ts in days]))
    return folder


def test_two_peoples_exports_are_refused_where_nobody_can_be_asked_and_the_flag_takes_them(
    imports: Brapped, tmp_path: Path, database_url: str
) -> None:
    folder = two_people(tmp_path / "both")
    said = imports(str(folder))
    assert said.code == 2
    assert "This may be somebody else's listening, not yours: The files name 2 accounts: user-a in " in said.output
    assert said.errors == (
        "✗ Nothing was imported. Name whose it is with --listener, or, if it is this listener's, add "
        "--even-if-someone-elses."
    )
    assert plays(database_url) == []
    said = imports(str(folder), "--even-if-someone-elses")
    assert (said.code, len(plays(database_url))) == (0, 56)
    # What one account's export was taken for, another's is asked about.
    (folder / "user-c").mkdir()
    (folder / "user-c" / "endsong_0.json").write_bytes(document([extended(username="user-c")]))
    said = imports(str(folder / "user-c"))
    assert said.code == 2
    assert "Files name the account user-c; what was imported before named another." in said.output


def test_nobody_new_stays_of_an_import_that_was_refused(imports: Brapped, tmp_path: Path, database_url: str) -> None:
    def people() -> list[tuple[str]]:
        with psycopg.connect(database_url) as connection:
            return connection.execute("select display_name from bi.listeners order by 1").fetchall()

    assert imports(str(two_people(tmp_path / "both"))).code == 2
    assert people() == []
    mine = zipped(tmp_path / "mine.zip", {"Streaming_History_Audio_2025_0.json": document([extended()])})
    assert imports(str(mine)).code == 0
    assert imports(str(mine), "--new-listener", "Ben").code == 2
    assert people() == [("You",)]
    # Whose the next one is needs no saying.
    assert imports(str(mine)).code == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of our own")
@pytest.mark.parametrize(("answer", "code"), [("", 1), ("y", 0)])
def test_in_a_terminal_it_is_asked_and_the_default_is_no(
    user: User, tmp_path: Path, database_url: str, answer: str, code: int
) -> None:
    ours, theirs = os.openpty()
    command: list[str | Path] = [user.python.with_name("brapped"), "import", str(two_people(tmp_path / "both"))]
    environment = {**user.environment, "DATABASE_URL": database_url, "TERM": "dumb"}
    with subprocess.Popen(
        command, cwd=user.work, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as asking:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        said = b""
        with suppress(OSError):  # how Linux says that the other side has closed it
            while part := os.read(ours, 4096):
                said += part
        assert asking.wait(PATIENCE_SECONDS) == code
    os.close(ours)
    assert b"Import all of it for You?" in said
    assert (b"Nothing was imported." in said) is (code == 1)
    assert len(plays(database_url)) == (0 if code else 56)


def test_a_dry_run_says_what_the_import_says_by_reason_and_month_and_stores_nothing(
    imports: Brapped, tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    rows = [
        *(extended(ts=f"2025-01-0{day}T10:00:00Z") for day in (3, 3, 5)),
        extended(ts="yesterday"),
        extended(spotify_track_uri=None, episode_name="E", spotify_episode_uri="x"),
    ]
    (folder / "endsong_0.json").write_bytes(document(rows[1:]))
    assert imports(str(folder)).code == 0
    stored = plays(database_url)
    (folder / "endsong_1.json").write_bytes(document([*rows, extended(ts="2025-03-03T10:00:00Z")]))
    dry = imports(str(folder), "--dry-run")
    assert (dry.code, dry.errors, plays(database_url)) == (0, "", stored)
    counts = (
        "2 new plays 4 already there 2 of podcasts, kept beside music 2 too odd, kept aside: the time is not an instant"
    )
    assert dry.output.startswith("A dry run: nothing was stored. An import would say: 10 rows in 2 files")
    assert counts in dry.output
    assert "The files not imported yet tell of 4 plays, Fri 3 Jan 2025 to Mon 3 Mar 2025." in dry.output
    assert "Compared on 2 days that both cover: of 5 plays they tell of, 5 are among the 2 known, 100" in dry.output
    assert dry.output.endswith("month plays told new Jan 2025 3 1 Mar 2025 1 1")
    assert counts in imports(str(folder)).output
    assert "somebody else" in imports(str(two_people(tmp_path / "both")), "--dry-run").output


def test_a_dry_run_in_an_empty_home_makes_no_listener(imports: Brapped, export: Path, database_url: str) -> None:
    assert "An import would say: " in imports(str(export), "--dry-run").output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from audit.listener").fetchall() == [(0,)]
