"""Whose token it is, which token is used, and what becomes of a consent."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._serdes import serialize_value
from psycopg.conninfo import conninfo_to_dict
from time_machine import Traveller

from brapped_assets.assets.error_to_failure import failed_run
from brapped_assets.definitions import defs
from brapped_assets.demo.accounts_host import AccountsHost
from brapped_assets.partitions import PARTITION
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.settings import SettingsError
from brapped_assets.warehouse import landing, listeners
from brapped_assets.warehouse.errors import Interrupted
from brapped_assets.warehouse.refresh_tokens import Holder
from brapped_assets_tests.assets.runs import calls, closed, fact, poll, rows, run, served, value, warnings, why
from brapped_assets_tests.conftest import Connected

WHO = "select spotify_user_id, display_name, time_zone, account_id from audit.listener"
FINGERPRINTS = "select count(*) from audit.listener where token_fingerprint = %(fingerprint)s"


@pytest.fixture
def pkce(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> str:
    """A login without a secret, whose refresh token Spotify exchanges at each use, as until June 2026."""
    token = connected.account.refresh_token(pkce=True)
    connected.account.tokens.rotate = True
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", token)
    monkeypatch.delenv("SPOTIFY_CLIENT_SECRET")
    return token


def test_whose_token_it_is_is_asked_once_and_never_again(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    for _ in range(3):
        assert poll(instance).success
        clock.shift(timedelta(hours=1))
    assert run("daily_upkeep", instance).success
    assert calls(connected).count("/v1/me") == 1
    listener = connected.account.listener
    (who,) = rows(connected, WHO)
    assert list(who.values()) == [listener.user_id, "Simulated Listener", "Asia/Kolkata", listener.account_id]


def test_without_a_zone_in_the_settings_a_listener_lives_in_utc_and_not_in_the_machines(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRAPPED_TIMEZONE")
    monkeypatch.setenv("TZ", "America/New_York")
    assert poll(instance).success
    assert rows(connected, WHO)[0]["time_zone"] == "UTC"


def test_a_stand_in_that_knows_no_profile_is_collected_from_all_the_same(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.account.faults.add("server_error", path="/v1/me", status=404)
    assert poll(instance).success
    assert fact(connected) == served(connected) != []
    assert [row["spotify_user_id"] for row in rows(connected, WHO)] == ["me"]
    assert poll(instance).success
    assert calls(connected).count("/v1/me") == 1
    # The next login tells the name, and the plays stay with whom they belong to.
    clock.shift(timedelta(hours=1))
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", connected.account.refresh_token())
    assert poll(instance).success
    assert [row["display_name"] for row in rows(connected, WHO)] == ["Simulated Listener"]
    assert fact(connected) == served(connected)


def test_whose_a_new_token_is_is_never_guessed_from_garbage(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert poll(instance).success
    clock.shift(timedelta(hours=1))
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", connected.account.refresh_token())
    connected.account.faults.add("malformed_json", path="/v1/me")
    before = closed(instance)
    assert (poll(instance).success, closed(instance)) == (False, before)
    assert poll(instance).success
    assert fact(connected) == served(connected)


def test_somebody_who_is_not_on_the_apps_list_is_told_so_at_the_first_poll(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    connected.account.faults.add("not_on_user_list", path="/v1", times=None)
    assert why(poll(instance))[0].startswith("this listener is not on the app's user list")
    assert closed(instance) == set()


def test_a_rotated_token_is_kept_and_used_by_the_next_run(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, pkce: str
) -> None:
    for _ in range(3):
        # Each use kills the token before it: that these succeed is the proof.
        assert poll(instance).success
        clock.shift(timedelta(hours=2))
    assert fact(connected) == served(connected)
    kept = bytes(value(connected, "select encrypted from audit.rotated_token"))
    assert connected.account.tokens.refresh_token(client_id="", scope="").encode()[:8] not in kept
    with connected.warehouse.transaction() as tx:
        newest = listeners.newest_token(tx, 1, pkce)
        assert newest != pkce
        assert listeners.newest_token(tx, 1, "another login's token") == "another login's token"
    assert newest.encode() not in kept


def test_a_token_sent_while_the_warehouse_is_away_outlives_the_process_and_is_stored_later(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, pkce: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert poll(instance).success
    clock.shift(timedelta(hours=2))

    def away(*_: object, **__: object) -> None:
        raise Interrupted("The connection to the database was lost")

    with monkeypatch.context() as patched:
        # The database is away in the very moment the token comes, and for the rest of this run.
        patched.setattr(listeners, "keep_rotated", away)
        patched.setattr(landing, "land", away)
        assert not poll(instance).success
    home = Path(os.environ["BRAPPED_HOME"])
    (file,) = (home / "tokens").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert pkce.encode() not in file.read_bytes()
    clock.shift(timedelta(hours=2))
    # Each use kills the token before it: that these succeed is the proof.
    for _ in range(2):
        assert poll(instance).success
        clock.shift(timedelta(hours=2))
    assert list((home / "tokens").iterdir()) == []
    assert fact(connected) == served(connected)


def test_a_first_token_sent_while_the_warehouse_is_away_is_not_lost_either(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, pkce: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Interrupted("The connection to the database was lost")

    with monkeypatch.context() as patched:
        patched.setattr(listeners, "by_token", away)
        patched.setattr(listeners, "save_listener", away)
        assert not poll(instance).success
    clock.shift(timedelta(hours=2))
    assert poll(instance).success
    assert list((Path(os.environ["BRAPPED_HOME"]) / "tokens").iterdir()) == []
    clock.shift(timedelta(hours=2))
    assert poll(instance).success
    assert fact(connected) == served(connected)


def test_a_new_login_wins_over_a_rotated_token(
    connected: Connected, instance: dg.DagsterInstance, pkce: str, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    assert poll(instance).success
    connected.account.tokens.revoke()
    again = connected.account.refresh_token(pkce=True)
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", again)
    for _ in range(2):
        clock.shift(timedelta(hours=1))
        assert poll(instance).success
    assert value(connected, FINGERPRINTS, fingerprint=listeners.fingerprint(again)) == 1
    assert value(connected, "select count(*) from audit.listener") == 1


def test_a_lost_race_for_a_rotated_token_does_not_end_the_consent(
    connected: Connected, instance: dg.DagsterInstance, pkce: str, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    assert poll(instance).success
    before = SpotifyResource.connect

    def and_meanwhile_another_run_refreshes(self: SpotifyResource, holder: Holder | None, now: datetime) -> object:
        found = before(self, holder, now)
        monkeypatch.setattr(SpotifyResource, "connect", before)
        with dg.DagsterInstance.ephemeral() as another:
            assert poll(another).success
        return found

    clock.shift(timedelta(hours=1))
    monkeypatch.setattr(SpotifyResource, "connect", and_meanwhile_another_run_refreshes)
    assert why(poll(instance)) == ("Another run was sent a new token meanwhile; the next poll uses it", "time")
    assert value(connected, "select count(*) from audit.listener where consent_ended_at is null") == 1
    clock.shift(timedelta(minutes=20))
    assert poll(instance).success
    assert fact(connected) == served(connected)


def test_a_rotated_token_is_kept_even_when_it_is_not_known_whose_it_is(
    connected: Connected, instance: dg.DagsterInstance, pkce: str, clock: Traveller
) -> None:
    connected.account.faults.add("server_error", path="/v1/me", times=4)
    first = poll(instance)
    clock.shift(timedelta(minutes=20))
    assert first.success
    assert poll(instance).success
    assert fact(connected) == served(connected)


def test_a_stand_in_that_needs_no_client_id_needs_none_here(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccountsHost, "_client", lambda *_: (connected.account.client_id, True))
    monkeypatch.delenv("SPOTIFY_CLIENT_ID")
    monkeypatch.delenv("SPOTIFY_CLIENT_SECRET")
    assert poll(instance).success
    assert fact(connected) == served(connected) != []


def test_wrong_credentials_name_the_settings_and_leave_the_consent_alone(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    assert poll(instance).success
    right = connected.account.client_secret
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", "wrong")
    clock.shift(timedelta(hours=1))
    sentence, cure = why(poll(instance))
    assert "check SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET" in sentence
    assert cure == "a person"
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", right)
    assert poll(instance).success


def test_without_a_login_a_run_says_which_command_connects(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    assert why(poll(instance))[0] == "No Spotify account is connected yet. Connect one with `brapped login`."
    assert calls(connected) == []


def test_a_setting_nobody_knows_is_a_warning_of_the_run_and_hinders_no_poll(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_TIMEZON", "Asia/Kolkata")
    result = poll(instance)
    assert result.success
    (warning,) = warnings(result, instance)
    assert warning.startswith("Unknown setting BRAPPED_TIMEZON. The settings are: ")
    assert fact(connected) == served(connected) != []


@pytest.mark.parametrize(
    ("job", "tags"),
    [
        ("hourly_plays", {PARTITION: "2026-11-20-14:00"}),
        *((job, {}) for job in ("import_history", "refresh_dimensions", "refresh_tags", "daily_upkeep")),
        ("wrapped_reports", {PARTITION: "2026"}),
    ],
)
def test_a_setting_that_cannot_be_read_is_a_sentence_of_each_step(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, job: str, tags: dict[str, str]
) -> None:
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "many")
    failed = [event.step_failure_data for event in run(job, instance, tags).all_events if event.is_step_failure]
    assert failed
    for told in failed:
        assert failed_run(job, told).sentence.startswith("SPOTIFY_DAILY_CALL_BUDGET: Input should be a valid integer")
    assert calls(connected) == []


def test_fields_of_the_resources_are_absent_until_somebody_sets_them() -> None:
    resources = defs.get_repository_def().get_top_level_resources()
    defaults = {name: resources[name].config_schema.default_value for name in ("neon", "spotify")}
    assert defaults == {
        "neon": dict.fromkeys(NeonResource.model_fields),
        "spotify": dict.fromkeys(name for name in SpotifyResource.model_fields if name != "neon"),
    }


def test_what_the_ui_is_told_of_a_field_from_the_environment_is_the_variables_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SECRET_URL", "SECRET_TOKEN"):
        monkeypatch.setenv(name, "canary")
    neon = NeonResource.configure_at_launch(database_url=dg.EnvVar("SECRET_URL"))
    spotify = SpotifyResource(neon=neon, refresh_token=dg.EnvVar("SECRET_TOKEN"), daily_call_budget=7)
    hosted = dg.Definitions(resources={"neon": neon, "spotify": spotify})
    told = serialize_value(RepositorySnap.from_def(hosted.get_repository_def()))
    assert "canary" not in told
    assert all(name in told for name in ("SECRET_URL", "SECRET_TOKEN"))


def test_a_field_wins_over_the_setting_and_one_that_is_absent_is_the_setting(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "the setting's")
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "9")
    monkeypatch.setenv("MINE", database_url)
    neon = NeonResource.configure_at_launch(database_url=dg.EnvVar("MINE"))
    given = SpotifyResource(neon=neon, refresh_token="a token", daily_call_budget=7, api_url="http://127.0.0.1:9/v1/")
    with dg.build_resources({"neon": neon, "spotify": given}) as resources:
        settings = resources.spotify.settings
        assert settings.database_url_text() == resources.neon.settings.database_url_text() == database_url
        assert (settings.spotify_client_id, settings.refresh_token_text()) == ("the setting's", "a token")
        assert (settings.spotify_daily_call_budget, settings.spotify_api_url) == (7, "http://127.0.0.1:9/v1")
        assert resources.spotify.is_connected
        with resources.neon.transaction() as tx:
            assert tx.execute("select current_database() as name").fetchone() == {
                "name": conninfo_to_dict(database_url)["dbname"]
            }


def test_a_home_that_is_given_stands_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "somebody else's")
    monkeypatch.setenv("BRAPPED_NOBODY_KNOWS", "this")
    home = tmp_path / "another"
    home.mkdir()
    (home / ".env").write_text("SPOTIFY_CLIENT_ID=its own\nBRAPPED_TIMEZONE=Asia/Kolkata\n")
    neon = NeonResource.configure_at_launch(home=str(home))
    given = SpotifyResource(neon=neon, client_secret="given")
    with dg.build_resources({"neon": neon, "spotify": given}) as resources:
        settings = resources.spotify.settings
    assert settings.brapped_home == home
    assert (settings.database_url, settings.spotify_refresh_token) == (None, None)
    assert (settings.spotify_client_id, settings.brapped_timezone) == ("its own", "Asia/Kolkata")
    assert settings.spotify_app().client_secret == "given"


def test_a_field_that_cannot_be_right_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDRESS", "canary")
    neon = NeonResource.configure_at_launch()
    spotify = SpotifyResource(neon=neon, api_url=dg.EnvVar("ADDRESS"))
    with dg.build_resources({"neon": neon, "spotify": spotify}) as built, pytest.raises(SettingsError) as refusal:
        _ = built.spotify.settings
    assert str(refusal.value).startswith("SPOTIFY_API_URL: this is no URL; it looks like https://host/path")
    assert "canary" not in str(refusal.value)


def test_a_resource_tells_none_of_its_secrets() -> None:
    neon = NeonResource(database_url="canary")
    spotify = SpotifyResource(neon=neon, client_secret="canary", refresh_token="canary", token_key="canary")
    assert "canary" not in f"{neon!r} {neon} {spotify!r} {spotify}"


def test_a_resource_says_nothing_of_its_token(connected: Connected) -> None:
    with dg.build_resources(dict(defs.resources or {})) as resources:
        (one,) = resources.spotify.connected(datetime.now(UTC))
        assert one.token
        assert one.token not in repr(one) + repr(resources.spotify) + repr(resources.neon)
