"""Covers: only from where pictures live, once, bounded, kept privately."""

import os
import stat
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from brapped_assets.insights import cover_cache
from brapped_assets.insights.cover_cache import Covers, Picture
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.web.add_site import pages

PNG = b"\x89PNG\r\n\x1a\n" + bytes(90)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


class Host(BaseHTTPRequestHandler):
    """An image host with moods; remembers what it was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = {"/huge": PNG + bytes(2**20), "/page": b"<html>", "/drawn": SVG, "/short": PNG}.get(self.path, PNG)
        self.send_response({"/moved": 302, "/gone": 404}.get(self.path, 200))
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body) * (3 if self.path == "/short" else 1)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    Host.asked = []
    server = HTTPServer(("127.0.0.1", 0), Host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_picture_is_fetched_once_and_kept_privately(tmp_path: Path, host: str) -> None:
    folder = tmp_path / "covers"
    for _ in range(2):
        assert Covers(folder, f"{host}/v1").picture(f"{host}/one") == Picture(PNG, "image/png")
        assert Covers(folder, f"{host}/v1").picture(f"{host}/drawn") == Picture(SVG, "image/svg+xml")
    assert Host.asked == ["/one", "/drawn"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_pictures_of_a_simulated_account_come_from_the_port_where_it_is_now(tmp_path: Path, host: str) -> None:
    covers = Covers(tmp_path / "covers", f"{host}/v1")
    assert covers.picture("http://127.0.0.1:9/one?size=640") == Picture(PNG, "image/png")
    assert covers.picture("http://10.0.0.9/one") is None
    assert Host.asked == ["/one?size=640"]


@pytest.mark.parametrize("path", ["/huge", "/page", "/moved", "/gone", "/short"])
def test_what_is_no_picture_is_nothing_and_not_asked_for_again_for_a_while(
    tmp_path: Path, host: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_host = Covers(tmp_path / "covers", f"{host}/v1")
    assert [from_host.picture(host + path) for _ in range(2)] == [None, None]
    assert Host.asked == [path]
    monkeypatch.setattr(cover_cache, "PAUSE_SECONDS", 0.0)
    again = Covers(tmp_path / "covers", f"{host}/v1")
    assert [again.picture(host + path) for _ in range(2)] == [None, None]
    assert Host.asked == [path] * 3


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://i.scdn.co/image/ab67616d0000b273", True),
        ("https://mosaic.scdn.co/640/ab", True),
        ("https://image-cdn-ak.spotifycdn.com/image/ab", True),
        ("http://i.scdn.co/image/ab", False),
        ("https://i.scdn.co:8443/image/ab", False),
        ("https://i.scdn.co@evil.example/image", False),
        ("https://evil.example/i.scdn.co", False),
        ("https://i.scdn.co.evil.example/", False),
        ("https://image-cdn-x.spotifycdn.com.evil.example/", False),
        ("http://127.0.0.1:9/image/ab", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_image_hosts_of_spotify_are_asked(url: str, is_allowed: bool, tmp_path: Path) -> None:
    assert Covers(tmp_path, "https://api.spotify.com/v1")._is_allowed(url) is is_allowed


def test_a_simulated_account_elsewhere_is_none(tmp_path: Path) -> None:
    assert not Covers(tmp_path, "http://10.0.0.9/v1")._is_allowed("http://10.0.0.9/image/1")


def test_the_oldest_pictures_make_room(tmp_path: Path, host: str) -> None:
    kept = Covers(tmp_path, f"{host}/v1", most_bytes_kept=2 * len(PNG))
    for number, path in enumerate(("/a", "/b", "/c")):
        kept.picture(host + path)
        newest = max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    kept.picture(f"{host}/b")
    kept.picture(f"{host}/a")
    assert Host.asked == ["/a", "/b", "/c", "/a"]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == 2 * len(PNG)


def test_the_page_gives_out_what_the_warehouse_names_and_nothing_else(
    tmp_path: Path, host: str, database_url: str, warehouse: Warehouse
) -> None:
    with warehouse.transaction() as tx:
        tx.execute(
            "insert into star.artist_dim (artist_key, artist_id, artist_name, image_url) overriding system value"
            " values (1, 'a', 'A', %s), (2, 'b', 'B', null), (3, 'c', 'C', 'https://evil.example/x')",
            (f"{host}/drawn",),
        )
        tx.execute(
            "insert into star.album_dim (album_key, album_ref, album_id, album_name, artist_name, image_url)"
            " overriding system value values (1, 'al', 'al', 'Al', 'A', %s)",
            (f"{host}/al",),
        )
        tx.execute(
            "insert into star.track_dim (track_key, track_ref, track_id, track_name, artist_key, album_key)"
            " overriding system value values (1, 't', 't', 'T', 1, 1)"
        )
    with pages(tmp_path / "home", database_url, f"{host}/v1") as site:
        drawn = site.browser.get("/cover/artist/1")
        assert (drawn.status_code, drawn.content) == (200, SVG)
        assert drawn.headers["content-type"] == "image/svg+xml"
        assert drawn.headers["cache-control"] == "private, max-age=604800"
        assert "sandbox" in drawn.headers["content-security-policy"]
        for kind in ("album", "track"):
            assert site.browser.get(f"/cover/{kind}/1").content == PNG
        for nothing in ("artist/2", "artist/3", "artist/9", "playlist/1", "track/99999999999", "artist/x"):
            assert site.browser.get(f"/cover/{nothing}").status_code == 404
    assert Host.asked == ["/drawn", "/al"]
