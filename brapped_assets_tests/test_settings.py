"""Settings: one file, the environment above it, mistakes named and secrets not."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import assume, given
from hypothesis import strategies as st

from brapped_assets import PROJECT
from brapped_assets.home_folder import default_home, env_file, keep_private
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.settings_file import write_env


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """BRAPPED_HOME; the folder Brapped is started in is `tmp_path`."""
    home = tmp_path / "home"
    home.mkdir()
    return home


def test_without_any_setting_the_defaults_hold(home: Path) -> None:
    settings = Settings.load()
    assert settings.model_dump() == {
        "spotify_client_id": None,
        "spotify_client_secret": None,
        "spotify_refresh_token": None,
        "spotify_api_url": "https://api.spotify.com/v1",
        "spotify_accounts_url": "https://accounts.spotify.com",
        "spotify_oembed_url": "https://open.spotify.com/oembed",
        "brapped_genres": "on",
        "musicbrainz_url": "https://musicbrainz.org/ws/2",
        "wikidata_url": "https://query.wikidata.org/sparql",
        "musicbrainz_contact": PROJECT,
        "musicbrainz_calls_a_second": 1,
        "spotify_redirect_uri": "http://127.0.0.1:8898/callback",
        "spotify_daily_call_budget": 1000,
        "database_url": None,
        "dagster_pg_url": None,
        "brapped_home": home,
        "brapped_timezone": None,
        "brapped_start": None,
        "brapped_heartbeat_url": None,
        "brapped_notify": None,
        "brapped_recap": None,
        "brapped_shards": 1,
        "brapped_storage_limit_mb": None,
        "brapped_token_key": None,
        "brapped_hosts": (),
        "brapped_api_origins": (),
    }
    assert settings.database_url_text() is None
    assert settings.dagster_home == home / "dagster"


def test_the_homes_file_is_read_and_not_mixed_with_the_folders(home: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SPOTIFY_CLIENT_ID=folder\nSPOTIFY_CLIENT_SECRET=folder\n")
    assert env_file() == tmp_path / ".env"
    assert Settings.load().spotify_client_id == "folder"
    (home / ".env").write_text("SPOTIFY_CLIENT_ID=home\n")
    assert env_file() == home / ".env"
    assert Settings.load().spotify_client_id == "home"
    assert Settings.load().spotify_client_secret is None


def test_the_folders_file_may_say_where_home_is(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRAPPED_HOME")
    (tmp_path / ".env").write_text("BRAPPED_HOME=home\nSPOTIFY_CLIENT_ID=folder\n")
    settings = Settings.load()
    assert (settings.brapped_home, settings.spotify_client_id) == (home, "folder")
    (home / ".env").write_text("SPOTIFY_CLIENT_ID=home\n")
    assert Settings.load().spotify_client_id == "home"


def test_without_any_file_one_would_be_written_at_home(home: Path) -> None:
    assert env_file() == home / ".env"


def test_the_environment_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".env").write_text("SPOTIFY_CLIENT_ID=file\nDATABASE_URL=postgresql://file/db\n")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "environment")
    settings = Settings.load()
    assert (settings.spotify_client_id, settings.database_url_text()) == ("environment", "postgresql://file/db")


@pytest.mark.parametrize("where", ["environment", "file"])
def test_blank_is_absent(home: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    names = ["DATABASE_URL", "BRAPPED_TIMEZONE", "SPOTIFY_API_URL", "SPOTIFY_DAILY_CALL_BUDGET", "BRAPPED_START"]
    if where == "file":
        (home / ".env").write_text("".join(f"{name}=\n" for name in names) + "SPOTIFY_CLIENT_ID\n")
    else:
        for name in names:
            monkeypatch.setenv(name, "")
    settings = Settings.load()
    assert settings == Settings.load()
    assert settings.database_url_text() is None
    assert settings.spotify_api_url == "https://api.spotify.com/v1"
    assert settings.spotify_daily_call_budget == 1000


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_brapped_setting_is_named_with_those_there_are(
    home: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "file":
        (home / ".env").write_text("BRAPPED_TIMEZON=canary\n")
    else:
        monkeypatch.setenv("BRAPPED_TIMEZON", "canary")
    with pytest.raises(SettingsError, match=r"^Unknown setting BRAPPED_TIMEZON\. .*BRAPPED_TIMEZONE") as refusal:
        Settings.load()
    assert "canary" not in str(refusal.value)


def test_names_of_others_are_nobodys_business(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_SOMETHING", "else")
    (home / ".env").write_text("UNRELATED=1\n")
    Settings.load()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SPOTIFY_DAILY_CALL_BUDGET", "many", "integer"),
        ("SPOTIFY_DAILY_CALL_BUDGET", "0", "greater than or equal to 1"),
        ("BRAPPED_TIMEZONE", "Berlin", "IANA time zone"),
        ("BRAPPED_START", "yesterday", "datetime"),
        ("SPOTIFY_API_URL", "api.spotify.com/canary", "this is no URL"),
        ("BRAPPED_HEARTBEAT_URL", "canary", "this is no URL; it looks like https://host/path"),
        ("SPOTIFY_ACCOUNTS_URL", "ftp://canary", "this is no URL"),
    ],
)
def test_a_bad_value_is_named_and_explained(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        Settings.load()
    message = str(refusal.value)
    assert message.startswith(f"{name}: ")
    assert told in message
    assert message.endswith(f"(Read from the environment and {home / '.env'}.)")
    assert "canary" not in message


def test_secrets_show_neither_in_settings_nor_beside_a_mistake(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPOTIFY_CLIENT_SECRET", "SPOTIFY_REFRESH_TOKEN", "DATABASE_URL", "DAGSTER_PG_URL"):
        monkeypatch.setenv(name, "canary")
    assert "canary" not in f"{Settings.load()!r} {Settings.load()}"
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "many")
    with pytest.raises(SettingsError) as refusal:
        Settings.load()
    assert "canary" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    ("given_start", "start"),
    [
        ("2026-03-01T07:45:12", datetime(2026, 3, 1, 7, tzinfo=UTC)),
        ("2026-03-01T07:45:12+05:30", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_the_start_is_a_whole_hour_in_utc(monkeypatch: pytest.MonkeyPatch, given_start: str, start: datetime) -> None:
    monkeypatch.setenv("BRAPPED_START", given_start)
    assert Settings.load().brapped_start == start


def test_urls_end_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_API_URL", "http://127.0.0.1:9/v1/")
    assert Settings.load().spotify_api_url == "http://127.0.0.1:9/v1"


def test_the_home_of_root_lies_where_a_system_user_can_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_home() == Path("/var/lib/brapped")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_home() == Path.home() / ".brapped"


def test_writing_keeps_every_other_line_and_stays_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / ".env"
    write_env(file, {"SPOTIFY_CLIENT_ID": "one"})
    assert file.read_text() == "SPOTIFY_CLIENT_ID=one\n"
    file.write_text("# by hand\nexport SPOTIFY_CLIENT_ID = 'old'\n\nOTHER=x=y  # kept\nSPOTIFY_CLIENT_ID=older")
    file.chmod(0o644)
    write_env(file, {"SPOTIFY_CLIENT_ID": "new", "BRAPPED_TIMEZONE": "Asia/Kolkata"})
    assert file.read_text() == (
        "# by hand\n\nOTHER=x=y  # kept\nSPOTIFY_CLIENT_ID=new\nBRAPPED_TIMEZONE=Asia/Kolkata\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == [".env"]


def test_a_half_written_file_of_a_killed_run_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.with_name(".env.new").write_text("half")
    write_env(file, {"A": "b"})
    assert file.read_text() == "A=b\n"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    assume("${" not in value)
    file = tmp_path_factory.getbasetemp() / "round-trip.env"
    write_env(file, {"BEFORE": "x", "VALUE": value, "AFTER": "y"})
    assert dotenv_values(file) == {"BEFORE": "x", "VALUE": value, "AFTER": "y"}


@pytest.mark.parametrize("value", ["canary\nX=1", "canary\r", "canary${HOME}"])
def test_a_value_no_line_can_hold_is_refused_and_the_file_stays(tmp_path: Path, value: str) -> None:
    file = tmp_path / ".env"
    write_env(file, {"A": "b"})
    with pytest.raises(SettingsError, match=r"^SPOTIFY_CLIENT_SECRET: ") as refusal:
        write_env(file, {"SPOTIFY_CLIENT_SECRET": value})
    assert "canary" not in str(refusal.value)
    assert file.read_text() == "A=b\n"


def test_another_projects_env_file_is_none_of_ours(tmp_path: Path, home: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://somebody/else\n")
    assert env_file() == home / ".env"
    assert Settings.load().database_url is None


@pytest.mark.parametrize(
    ("url", "limit", "expected"),
    [
        (None, "100", None),
        ("postgresql://me:secret@ep-a-pooler.eu-central-1.aws.neon.tech/neondb", None, 500_000_000),
        ("postgresql://me:secret@ep-a.eu-central-1.aws.neon.tech/neondb", "10000", 10_000_000_000),
        ("postgresql://me:secret@EP-A.EU-CENTRAL-1.AWS.NEON.TECH/neondb", None, 500_000_000),
        ("host=ep-a.eu-central-1.aws.neon.tech dbname=neondb user=me password=secret", None, 500_000_000),
        ("postgresql://me:at.neon.tech@nas.local/brapped", None, None),
        ("postgresql://me:secret@nas.local/brapped", None, None),
        ("postgresql://me:secret@nas.local/brapped", "2000", 2_000_000_000),
    ],
)
def test_only_a_plan_has_a_limit(
    monkeypatch: pytest.MonkeyPatch, url: str | None, limit: str | None, expected: int | None
) -> None:
    for name, value in (("DATABASE_URL", url), ("BRAPPED_STORAGE_LIMIT_MB", limit)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert Settings.load().storage_limit_bytes == expected


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("music.example.org", ("music.example.org",)),
        ("Music.example.org, dagster.example.org", ("music.example.org", "dagster.example.org")),
        ("192.168.1.7 nas", ("192.168.1.7", "nas")),
        (" ", ()),
    ],
)
def test_names_of_a_proxy_are_a_list(monkeypatch: pytest.MonkeyPatch, text: str, hosts: tuple[str, ...]) -> None:
    monkeypatch.setenv("BRAPPED_HOSTS", text)
    assert Settings.load().brapped_hosts == hosts


@pytest.mark.parametrize("text", ["*", "https://music.example.org", "music.example.org:443", "*.example.org", "a_b/c"])
def test_a_pattern_or_a_url_is_no_name_of_a_proxy(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A pattern would let other people's names in."""
    monkeypatch.setenv("BRAPPED_HOSTS", text)
    with pytest.raises(SettingsError, match=r"BRAPPED_HOSTS: .* is no host name"):
        Settings.load()


@pytest.mark.skipif(os.name == "nt", reason="rights are otherwise there")
def test_a_home_that_others_could_read_becomes_private(home: Path) -> None:
    for folder in (home, home / "logs", home / "dagster"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    (home / ".env").write_text("SPOTIFY_CLIENT_SECRET=secret\n")
    (home / ".env").chmod(0o644)
    keep_private(home)
    found = {path.name: oct(path.stat().st_mode & 0o7777) for path in (home, *home.iterdir())}
    expected_home = "0o711" if os.geteuid() == 0 else "0o700"
    assert found == {"home": expected_home, "logs": "0o700", "dagster": "0o700", ".env": "0o600"}


@pytest.mark.skipif(os.name == "nt", reason="rights are otherwise there")
def test_a_folder_for_everybody_is_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "like-tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    keep_private(shared)
    assert shared.stat().st_mode & 0o7777 == 0o1777
    keep_private(tmp_path / "not-there")


def test_what_kubernetes_says_of_a_service_named_like_us_is_no_setting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_3000_TCP", "PORT_3000_TCP_ADDR"):
        monkeypatch.setenv(f"BRAPPED_PAGES_{name}", "tcp://10.0.0.1:3000")
    assert Settings.load().brapped_home == home
    monkeypatch.setenv("BRAPPED_PAGES", "typo")
    with pytest.raises(SettingsError, match=r"Unknown setting BRAPPED_PAGES\. "):
        Settings.load()


def test_a_home_of_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAPPED_HOME", "~nobody-here/brapped")
    with pytest.raises(SettingsError, match=r"^BRAPPED_HOME: nobody here has the home folder that ~nobody-here/brapp"):
        Settings.load()


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        (
            "https://Dashboard.example.org:8080, http://192.168.1.5:3005",
            ("https://dashboard.example.org:8080", "http://192.168.1.5:3005"),
        ),
        ("http://[::1]:3005", ("http://[::1]:3005",)),
    ],
)
def test_origins_are_told_apart(monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...]) -> None:
    monkeypatch.setenv("BRAPPED_API_ORIGINS", text)
    assert Settings.load().brapped_api_origins == origins


@pytest.mark.parametrize(
    "text", ["*", "example.org", "https://example.org/", "https://example.org/path", "https://*", "null"]
)
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BRAPPED_API_ORIGINS", text)
    with pytest.raises(SettingsError, match=r"BRAPPED_API_ORIGINS: .* is no origin"):
        Settings.load()
