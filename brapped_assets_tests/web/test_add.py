"""Add history: an upload becomes what `brapped import` would make of it, or a sentence."""

import asyncio
import errno
import io
import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

import httpx2
import pytest

from brapped_assets.transfer import prefetch
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.web import add, import_worker, uploads
from brapped_assets.web.import_progress import Progress
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets_tests.web.add_site import HERE, Pages, pages

JSON = {"accept": "application/json"}


def row(minute: int, ms: int = 60_000) -> dict[str, Any]:
    return {
        "ts": f"2024-05-01T10:{minute:02d}:00Z", "ms_played": ms, "spotify_track_uri": f"spotify:track:{minute:022d}",
        "master_metadata_track_name": f"Song {minute}", "master_metadata_album_artist_name": "Somebody",
        "master_metadata_album_album_name": "Album", "platform": "ios", "skipped": False, "shuffle": False,
    }  # fmt: skip


def export(*minutes: int) -> bytes:
    body = io.BytesIO()
    with ZipFile(body, "w") as archive:
        archive.writestr("Spotify/Streaming_History_Audio_2024_0.json", json.dumps([row(minute) for minute in minutes]))
    return body.getvalue()


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Pages]:
    with pages(tmp_path / "home", database_url) as running:
        yield running


def drop(site: Pages, *files: tuple[str, bytes], **fields: str) -> tuple[int, Any]:
    """What the page's script sends, and the answer."""
    body = {"token": site.token(), **fields}
    answer = site.browser.post("/add", data=body, files=[("files", file) for file in files], headers=JSON)
    return answer.status_code, answer.json()


def test_the_page_says_when_an_export_tells_of_a_life_in_another_time(site: Pages) -> None:
    rows = [
        {**row(0), "ts": f"{date(2024, 5, 1) + timedelta(days=n // 4)}T{n % 4 + 10}:00:00Z", "conn_country": "DE"}
        for n in range(160)
    ]
    body = io.BytesIO()
    with ZipFile(body, "w") as archive:
        archive.writestr("Spotify/Streaming_History_Audio_2024_0.json", json.dumps(rows))
    assert drop(site, ("my_spotify_data.zip", body.getvalue())) == (202, {})
    (said,) = site.done().remarks
    assert " ".join(said.split()) == (
        "Germany: 160 plays there between Wed 1 May 2024 and Sun 9 Jun 2024 are counted in Asia/Kolkata, where it was "
        "another time. If you lived there: brapped timezone Europe/Berlin --from 2024-05-01 --until 2024-06-10"
    )
    assert "brapped timezone Europe/Berlin --from 2024-05-01 --until 2024-06-10" in site.browser.get("/add").text


def test_a_dropped_zip_is_imported_and_counted_and_its_file_is_gone(site: Pages, warehouse: Warehouse) -> None:
    assert drop(site, ("my_spotify_data.zip", export(1, 5, 9))) == (202, {})
    assert site.done() == Progress(
        "done", rows=3, expected=3, seconds=site.incoming.progress().seconds, listener="You", told=((3, "new plays"),)
    )
    with warehouse.transaction() as tx:
        told = tx.execute("select track_name, ms_played, source from bi.plays order by played_at").fetchall()
        assert told == [
            {"track_name": f"Song {minute}", "ms_played": 60_000, "source": "export"} for minute in (1, 5, 9)
        ]
    assert not (site.home / "uploads").exists()
    page = site.browser.get("/add").text
    assert "new plays</p>" in page.replace(" of 3 rows", "")
    assert site.browser.get("/add/progress").json() == {
        "working": False,
        "rows": 3,
        "expected": 3,
        "text": "",
        "stage": "",
    }


def test_the_same_zip_again_is_no_harm(site: Pages) -> None:
    for told in (((2, "new plays"),), ((0, "new plays"), (2, "already there"))):
        assert drop(site, ("a.zip", export(1, 5))) == (202, {})
        assert site.done().told == told


def test_an_import_is_told_in_the_language_of_whoever_began_it(site: Pages) -> None:
    site.browser.headers["accept-language"] = "de-AT"
    assert drop(site, ("a.zip", export(1, 5)), ("note.json", b"[1]")) == (202, {})
    asked = site.asked()
    assert asked.proposal is not None
    assert (asked.told, asked.troubles) == (
        ((2, "neue Plays"),),
        ("note.json wurde ausgelassen: es sind andere Daten, kein Hörverlauf.",),
    )
    assert asked.proposal.remarks[0].replace("\u00a0", " ") == (
        "Die noch nicht importierten Dateien nennen 2 Plays, Mi., 1. Mai 2024."
    )
    assert site.answer("cancel") == 303
    while site.incoming.progress().state in {"asking", "stopping"}:
        time.sleep(0.01)
    assert site.asked().error == "Abgebrochen. Nichts davon wurde gespeichert."


def test_json_files_come_together_and_what_is_none_is_named_and_left_out(site: Pages) -> None:
    files = [
        ("../../Streaming_History_Audio_2024_0.json", json.dumps([row(1)]).encode()),
        ("Streaming_History_Audio_2024_1.json", json.dumps([row(5)]).encode()),
        ("<img src=x>.json", b"[1]"),
    ]
    assert drop(site, *files) == (202, {})
    ended = site.done()
    assert ended.told == ((2, "new plays"),)
    assert ended.troubles == ("_img src_x_.json was left out: it is other data, not a listening history.",)


def test_what_is_no_export_is_said_in_the_words_of_the_command_line(site: Pages, warehouse: Warehouse) -> None:
    assert drop(site, ("photo.json", b"<html>")) == (202, {})
    ended = site.done()
    assert ended.state == "failed"
    assert ended.error.startswith("photo.json: it is a web page: the download was not finished")
    assert "it is a web page" in site.browser.get("/add").text
    with warehouse.transaction() as tx:
        assert tx.execute("select * from audit.listener").fetchall() == []


def test_why_a_file_cannot_be_read_is_said_in_the_language_of_whoever_added_it(site: Pages) -> None:
    site.browser.headers["accept-language"] = "de"
    whole = export(1, 5)
    for name, content, says in (
        (
            "photos.zip",
            b"Rar!\x1a\x07\x00",
            "es ist ein RAR-Archiv; das kann dieses Programm nicht öffnen. Entpacke es",
        ),
        ("a.html", b"<html>", "es ist eine Webseite: Der Download wurde nicht fertig"),
        ("a.zip", whole[: len(whole) // 2], "es ist ein abgeschnittenes oder beschädigtes Zip. Lade es noch einmal"),
    ):
        assert drop(site, (name, content)) == (202, {})
        ended = site.asked()
        assert (ended.state, says in ended.error) == ("failed", True), ended.error
    # One that ends in the middle is found while it is read, in another thread.
    odd = json.dumps([row(1), row(5), row(9, ms=-1)]).encode()
    name = "Streaming_History_Audio_2024_{}.json"
    assert drop(site, (name.format(0), odd), (name.format(1), odd[:-2])) == (202, {})
    ended = site.done()
    assert any("es endet mittendrin, nach Zeile 2. Lade es" in one for one in ended.troubles), ended.troubles
    assert [what for _, what in ended.told if "die Spielzeit ist keine Zahl von Millisekunden" in what]


def test_without_script_the_form_works_as_it_stands(site: Pages) -> None:
    files = [("files", ("a.zip", export(1)))]
    answer = site.browser.post("/add", data={"token": site.token()}, files=files, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/add")
    assert site.done().state == "done"
    refused = site.browser.post("/add", data={"token": site.token()}, files=[("files", ("", b""))])
    assert refused.status_code == 400
    assert "Choose the zip that Spotify sent you first." in refused.text


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"origin": "http://evil.example"}, None),
        ({"origin": "null"}, None),
        ({"sec-fetch-site": "cross-site"}, None),
        ({}, "a guess"),
    ],
)
def test_only_our_own_page_may_add(site: Pages, headers: dict[str, str], token: str | None) -> None:
    answer = site.browser.post(
        "/add", data={"token": token or site.token()}, files=[("files", ("a.zip", export(1)))], headers=headers
    )
    assert answer.status_code == 403
    assert site.incoming.progress() == Progress()
    assert not (site.home / "uploads").exists()


def test_a_token_after_the_file_comes_too_late(site: Pages) -> None:
    """So that nothing is written before we know who sends it."""
    parts: dict[str, Any] = {"files": ("a.zip", export(1)), "token": (None, site.token())}
    assert site.browser.post("/add", files=parts, headers=JSON).status_code == 403


def test_an_upload_beyond_the_bound_is_refused_by_its_length_and_on_the_way(
    site: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (add, uploads):
        monkeypatch.setattr(module, "MOST_BYTES", 2000)
    answer = (413, {"error": uploads.TOO_LARGE})
    assert drop(site, ("a.zip", bytes(3000))) == answer
    monkeypatch.setattr(add, "MOST_BYTES", 2**40)
    assert drop(site, ("a.zip", bytes(3000))) == answer
    assert not (site.home / "uploads").exists()


def test_a_full_disk_is_a_sentence_before_and_during_an_upload(site: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    full = (507, {"error": uploads.DISK_FULL})
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "SPARE_BYTES", shutil.disk_usage(site.home.parent).total)
        assert drop(site, ("a.zip", export(1))) == full
    with monkeypatch.context() as patch:

        def no_room(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(uploads.Upload, "_data", no_room)
        assert drop(site, ("a.zip", export(1))) == full
    assert not (site.home / "uploads").exists()
    assert drop(site, ("a.zip", export(1))) == (202, {})
    assert site.done().state == "done"


def test_one_import_at_a_time(site: Pages) -> None:
    site.incoming.reserve()
    status, answer = drop(site, ("a.zip", export(1)))
    assert (status, answer["error"]) == (409, "Another import is under way. Wait until it is done, then add this one.")
    site.incoming.release()
    assert drop(site, ("a.zip", export(1))) == (202, {})
    assert site.done().state == "done"


def sent_slowly(site: Pages, *parts: bytes, seconds: float = 0) -> tuple[int, list[str]]:
    """Status of an upload in these parts, and the state of imports before each of them and at their end."""
    states: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            # The part before is read once the next is asked for.
            states.append(site.incoming.progress().state)
            yield part
            await asyncio.sleep(seconds)
        states.append(site.incoming.progress().state)

    async def send() -> int:
        headers = {**JSON, "origin": HERE, "content-type": "multipart/form-data; boundary=x"}
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site.browser.app), base_url=HERE) as client:
            return (await client.post("/add", content=body(), headers=headers)).status_code

    return asyncio.run(send()), states


def test_without_a_token_an_upload_takes_nobodys_place_however_slow_it_is(site: Pages) -> None:
    token = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
    assert sent_slowly(site, token % b"a guess", file, b"PK") == (403, ["idle", "idle"])
    assert sent_slowly(site, token % site.token().encode(), file, b"PK") == (
        400,
        ["idle", "idle", "receiving", "receiving"],
    )
    assert not site.incoming.progress().is_working
    assert not (site.home / "uploads").exists()


def test_an_upload_that_dribbles_gives_its_place_back(site: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.2)
    token = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + site.token().encode()
    file = b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
    assert sent_slowly(site, token + file, *[b"P"] * 1000, seconds=0.01)[0] == 408
    assert not site.incoming.progress().is_working


def test_an_upload_on_its_way_can_be_cancelled_from_any_page_also_when_it_hangs(
    site: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LOOK_SECONDS", 0.05)
    token, took = site.token(), []

    def cancel() -> None:
        time.sleep(0.5)
        # Neither without the form's token, nor from elsewhere.
        took.append(site.browser.post("/add/cancel", data={"token": "a guess"}).status_code)
        took.append(site.browser.post("/add/cancel", data={"token": token}, headers={"origin": "http://x"}).status_code)
        assert site.incoming.progress().state == "receiving"
        answer = site.browser.post("/add/cancel", data={"token": token}, follow_redirects=False)
        took.append(answer.status_code)

    page = Thread(target=cancel)
    page.start()
    began = time.monotonic()
    head = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + token.encode()
    file = b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nPK'
    assert sent_slowly(site, head + file, b"never", seconds=300)[0] == 409
    assert time.monotonic() - began < 200
    page.join()
    assert took == [403, 403, 303]
    assert not site.incoming.progress().is_working
    assert not (site.home / "uploads").exists()
    assert drop(site, ("a.zip", export(1))) == (202, {})
    assert site.done().told == ((1, "new plays"),)


@pytest.mark.slow
def test_an_import_can_be_cancelled_between_its_pieces_and_what_is_stored_stays(
    site: Pages, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [(f"endsong_{minute}.json", json.dumps([row(minute)]).encode()) for minute in range(20)]
    noted = BackgroundImport._note

    def note(incoming: BackgroundImport, rows: int, expected: int) -> None:
        if rows == 3 and incoming.progress().state == "reading":
            incoming.cancel()
            assert incoming.progress().stage == "Stopping…"
        noted(incoming, rows, expected)

    with monkeypatch.context() as patch:
        patch.setattr(BackgroundImport, "_note", note)
        # Small files share a piece: here each has one of its own.
        patch.setattr(prefetch, "PIECE_BYTES", 1)
        assert drop(site, *files) == (202, {})
        ended = site.done()
    assert (ended.state, ended.rows) == ("failed", 3)
    assert ended.error == "Cancelled. What was stored stays; add the same file again to go on from there."
    assert ended.error in site.browser.get("/add").text
    with warehouse.transaction() as tx:
        assert tx.execute("select count(*) as plays from bi.plays").fetchone() == {"plays": 3}
    assert drop(site, *files) == (202, {})
    assert site.done().told == ((17, "new plays"), (3, "already there"))


def test_a_file_that_is_only_being_looked_at_can_be_cancelled_too(site: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two chunks that are read of it."""
    keep = BackgroundImport._keep

    def cancelled(incoming: BackgroundImport) -> None:
        incoming.cancel()
        keep(incoming)

    monkeypatch.setattr(BackgroundImport, "_keep", cancelled)
    assert drop(site, ("a.zip", export(1))) == (202, {})
    assert site.done().error == "Cancelled. Nothing of it was stored."


def test_a_body_that_is_cut_off_or_no_form_leaves_nothing(site: Pages) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + site.token().encode()
    body += b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nPK'
    kind = {**JSON, "content-type": "multipart/form-data; boundary=x"}
    for content, headers in ((body, kind), (b"rubbish", kind), (body, JSON)):
        answer = site.browser.post("/add", content=content, headers=headers)
        assert (answer.status_code, answer.json()) == (400, {"error": uploads.UNREADABLE})
    assert not (site.home / "uploads").exists()


def test_with_several_listeners_the_form_says_whose_it_is(site: Pages, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        for name in ("Ada", "Bo"):
            tx.execute(
                "insert into audit.listener (spotify_user_id, display_name, time_zone, created_at)"
                " values (%s, %s, 'UTC', now())",
                (name, name),
            )
        bo = tx.execute("select listener_id from audit.listener where display_name = 'Bo'").fetchone()
    assert bo is not None
    assert drop(site, ("a.zip", export(1))) == (202, {})
    assert site.done().error == "Which listener? Name one with --listener. The listeners are: Ada (Ada), Bo (Bo)."
    assert ">Bo</option>" in site.browser.get("/add").text
    assert drop(site, ("a.zip", export(1)), listener=str(bo["listener_id"])) == (202, {})
    assert (site.done().listener, site.done().told) == ("Bo", ((1, "new plays"),))


def uploads_of(site: Pages) -> list[str]:
    return sorted(path.name for path in (site.home / "uploads").glob("*"))


def plays(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return len(tx.execute("select from star.streaming_fact").fetchall())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("मेरा डेटा.zip", "मेरा डेटा.zip"),
        ("न" * 120 + ".zip", "न" * 65 + ".zip"),
        ("漢字" * 60 + ".zip", "字" + "漢字" * 32 + ".zip"),
        ("👩‍🚀" * 80 + ".zip", "_" * 196 + ".zip"),
    ],
)
def test_a_file_may_be_called_whatever_its_own_system_calls_it(site: Pages, name: str, kept: str) -> None:
    assert drop(site, (name, export(1)), (name, export(5))) == (202, {})
    assert site.asked().told == ((2, "new plays"),)
    assert uploads_of(site) == sorted((kept, f"2 {kept}"))
    site.done()


def test_one_row_is_called_one(site: Pages) -> None:
    assert drop(site, ("a.zip", export(1))) == (202, {})
    site.asked()
    assert "new play of 1 row</p>" in site.browser.get("/add").text
    site.done()


def test_nothing_is_stored_before_the_click_and_what_was_shown_is_what_is_stored(
    site: Pages, warehouse: Warehouse
) -> None:
    assert drop(site, ("a.zip", export(1, 5))) == (202, {})
    site.done()
    assert drop(site, ("a.zip", export(1, 5)), ("b.zip", export(5, 9, 59))) == (202, {})
    asked = site.asked()
    assert (asked.state, asked.told) == ("asking", ((2, "new plays"), (3, "already there")))
    assert asked.proposal is not None
    assert asked.proposal.months == (("May\u00a02024", 3, 2),)
    assert asked.proposal.remarks[0] == "The files not imported yet tell of 3 plays, Wed\u00a01\u00a0May\u00a02024."
    page = site.browser.get("/add").text
    assert "Nothing is stored yet" in page
    assert "<td>3</td><td>2</td>" in page
    assert plays(warehouse) == 2
    # There is one place, and it is taken.
    assert drop(site, ("c.zip", export(7)))[0] == 409
    assert uploads_of(site) == ["a.zip", "b.zip"]
    done = site.done()
    assert (done.state, done.told, done.proposal) == ("done", asked.told, None)
    assert plays(warehouse) == 4
    assert uploads_of(site) == []


def test_what_is_left_is_gone_and_an_old_answer_stores_nothing(site: Pages, warehouse: Warehouse) -> None:
    assert drop(site, ("a.zip", export(1))) == (202, {})
    asked = site.asked()
    assert asked.proposal is not None
    assert site.answer(token="a guess") == 403
    assert site.answer("cancel") == 303
    until = time.monotonic() + 60
    while site.incoming.progress().state == "asking":
        assert time.monotonic() < until
        time.sleep(0.01)
    assert site.incoming.progress().error == "Cancelled. Nothing of it was stored."
    assert uploads_of(site) == []
    assert site.answer() == 409
    assert drop(site, ("a.zip", export(2))) == (202, {})
    site.asked()
    assert site.answer(proposal=str(asked.proposal.number)) == 409
    assert plays(warehouse) == 0
    assert site.done().told == ((1, "new plays"),)


def test_an_upload_nobody_answers_goes_and_so_does_one_whose_program_ends(
    tmp_path: Path, database_url: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages(tmp_path / "home", database_url) as site:
        assert drop(site, ("a.zip", export(1))) == (202, {})
        assert site.asked().state == "asking"
        assert uploads_of(site) == ["a.zip"]
    site.incoming.close()
    assert uploads_of(site) == []
    monkeypatch.setattr(import_worker, "PATIENCE_SECONDS", 0.05)
    with pages(tmp_path / "home", database_url) as site:
        assert drop(site, ("a.zip", export(1))) == (202, {})
        until = time.monotonic() + 60
        while (progress := site.incoming.progress()).state != "failed":
            assert time.monotonic() < until
            time.sleep(0.01)
        assert progress.error == "Nobody said yes within half an hour, so nothing was stored. Add the file again."
        assert uploads_of(site) == []
    assert plays(warehouse) == 0


def test_what_may_be_somebody_elses_wants_a_click_that_says_so(site: Pages, warehouse: Warehouse) -> None:
    two = [
        (f"endsong_{number}.json", json.dumps([{**row(number), "username": who}]).encode())
        for number, who in enumerate(("ana", "bo"))
    ]
    assert drop(site, *two) == (202, {})
    asked = site.asked()
    assert asked.proposal is not None
    assert asked.proposal.doubts == ("The files name 2 accounts: ana in endsong_0.json; bo in endsong_1.json.",)
    page = site.browser.get("/add").text
    assert "The files name 2 accounts: ana in endsong_0.json; bo in endsong_1.json." in page
    assert "It is mine: add it" in page
    assert site.answer() == 409
    assert site.asked().state == "asking"
    assert plays(warehouse) == 0
    assert site.answer(even_if_someone_elses="yes") == 303
    assert site.asked().state == "done"
    assert plays(warehouse) == 2


def test_a_program_that_stops_leaves_no_file_and_the_same_zip_goes_on(tmp_path: Path, database_url: str) -> None:
    home = tmp_path / "home"
    with pages(home, database_url) as site:
        (site.incoming.reserve() / "a.zip").write_bytes(export(1))
        site.incoming._stopping.set()
        site.incoming.start(None)
        assert site.done().error == "Stopped. Add the same file again to go on."
    # What a killed one left.
    (home / "uploads").mkdir()
    (home / "uploads" / "a.zip").write_bytes(b"PK")
    with pages(home, database_url) as site:
        assert not (home / "uploads").exists()
        assert drop(site, ("a.zip", export(1))) == (202, {})
        assert site.done().told == ((1, "new plays"),)
