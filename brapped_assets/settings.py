"""Settings, from the environment or one `.env` file; the environment wins."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from brapped_assets import PROJECT
from brapped_assets.home_folder import default_home, env_file, home_folder
from brapped_assets.settings_file import ENV_FILE, SettingsError, lines_of

if TYPE_CHECKING:
    from brapped_assets.spotify import SpotifyApp
    from brapped_assets.warehouse.db.connections import Warehouse

__all__ = [
    "DEMO_HOME",
    "Hour",
    "Settings",
    "SettingsError",
    "unknown_settings",
    "whole_hour_in_utc",
]
DEMO_HOME = "demo"
# What Kubernetes tells each pod of a Service that is called brapped-something; no settings, though named like ours.
SERVICE_LINK = re.compile(r"_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$")
NEONS_FREE_PLAN_MB = 500


def _http_url(url: str) -> str:
    try:
        AnyHttpUrl(url)
    except ValidationError:
        # Pydantic's text would repeat the value, and the path of a heartbeat's URL is a secret.
        raise ValueError("this is no URL; it looks like https://host/path") from None
    return url.rstrip("/")


def _known_zone(name: str) -> str:
    # The tables of zones: no process without this setting should read them.
    from brapped_assets.clocks.regions import why_refused  # noqa: PLC0415

    if problem := why_refused(name):
        raise ValueError(problem.removesuffix("."))
    return name


def _host_names(text: str) -> tuple[str, ...]:
    names = tuple(text.replace(",", " ").lower().split())
    if wrong := [name for name in names if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name)]:
        raise ValueError(f"{wrong[0]!r} is no host name; the names look like music.example.org, dagster.example.org")
    return names


def _origins(text: str) -> tuple[str, ...]:
    found = tuple(text.replace(",", " ").lower().split())
    if wrong := [one for one in found if not re.fullmatch(r"https?://[a-z0-9.\[\]:-]*[a-z0-9\]]", one)]:
        raise ValueError(
            f"{wrong[0]!r} is no origin; one looks like https://dashboard.example.org:8080, without a path"
        )
    return found


def whole_hour_in_utc(start: datetime) -> datetime:
    """The beginning of this hour; an instant without a zone is one of UTC."""
    start = (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC)
    return start.replace(minute=0, second=0, microsecond=0)


Hour = Annotated[datetime, AfterValidator(whole_hour_in_utc)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Settings(BaseSettings):
    """Every setting there is, under its name in lower case. Blank counts as absent."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    spotify_client_id: str | None = None
    spotify_client_secret: SecretStr | None = None
    spotify_refresh_token: SecretStr | None = None
    spotify_api_url: HttpUrl = "https://api.spotify.com/v1"
    spotify_accounts_url: HttpUrl = "https://accounts.spotify.com"
    # Covers without a login; nobody is asked before a click.
    spotify_oembed_url: HttpUrl = "https://open.spotify.com/oembed"
    # Genres and countries of artists: ids of artists are sent there, no plays. `off`: nobody is asked.
    brapped_genres: Literal["on", "off"] = "on"
    musicbrainz_url: HttpUrl = "https://musicbrainz.org/ws/2"
    wikidata_url: HttpUrl = "https://query.wikidata.org/sparql"
    # How MusicBrainz reaches whoever is responsible for the requests.
    musicbrainz_contact: str = PROJECT
    # What musicbrainz.org allows. More is for a mirror of one's own.
    musicbrainz_calls_a_second: float = Field(default=1, gt=0, le=1000)
    spotify_redirect_uri: HttpUrl = "http://127.0.0.1:8898/callback"
    spotify_daily_call_budget: int = Field(default=1000, ge=1)
    database_url: SecretStr | None = None
    dagster_pg_url: SecretStr | None = None
    brapped_home: Path = Field(default_factory=default_home)
    brapped_timezone: TimeZone | None = None
    # First hour of the partitions, UTC; see `first_hour`. Moving it later would orphan hours.
    brapped_start: Hour | None = None
    # Whoever knows it can keep the only alarm quiet.
    brapped_heartbeat_url: HttpUrl | None = Field(default=None, repr=False)
    # Apprise URLs with blanks or commas between. Secret: most hold a password or a token.
    brapped_notify: SecretStr | None = None
    brapped_recap: Literal["monthly", "weekly", "both"] | None = None
    # How many runs share the listeners of one poll.
    brapped_shards: int = Field(default=1, ge=1, le=64)
    brapped_storage_limit_mb: int | None = Field(default=None, ge=1)
    # Opens the refresh tokens of the other listeners; several with commas between, the newest first.
    brapped_token_key: SecretStr | None = None
    # Names a proxy in front of the pages and of Dagster's UI is called by.
    brapped_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_host_names)] = Field(
        default=(), validate_default=False
    )

    # Pages elsewhere that may ask the API from a browser, and show the widget in a frame.
    brapped_api_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        default=(), validate_default=False
    )

    @field_validator("brapped_home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @classmethod
    def load(cls) -> Self:
        """The settings as they are now, for a command. Raises SettingsError, also for one that nobody knows."""
        if unknown := unknown_settings():
            raise SettingsError(unknown)
        return cls.with_given()

    @classmethod
    def with_given(cls, home: str | None = None, **given: Any) -> Self:
        """The settings with what is `given` besides, which wins; a setting that nobody knows hinders nothing.

        A `home` that is given stands for itself: its `.env` is read and no environment, so that two of them in one
        process are never mixed. Raises SettingsError.
        """
        folder = home_folder() if home is None else Path(home).expanduser().absolute()
        file = env_file() if home is None else folder / ENV_FILE
        kind = cls if home is None else _SettingsOfAHome
        try:
            return kind(_env_file=file, brapped_home=folder, **given)  # type: ignore[call-arg, return-value]  # see BaseSettings
        except ValidationError as error:
            raise SettingsError(_in_words(error, file)) from None

    @property
    def is_connected(self) -> bool:
        """Whether anybody has logged in, as far as settings tell: asking the database would wake it on every tick."""
        return self.spotify_refresh_token is not None or self.brapped_token_key is not None

    @property
    def is_demo(self) -> bool:
        """Whether this is the home of the simulated account, which says so on all that it shows."""
        return self.brapped_home.name == DEMO_HOME

    @property
    def dagster_home(self) -> Path:
        return self.brapped_home / "dagster"

    def database_url_text(self) -> str | None:
        """The warehouse's URL, to be handed to the driver and nowhere else; None means embedded."""
        return self.database_url.get_secret_value() if self.database_url else None

    def warehouse(self, *, is_bulky: bool = False) -> "Warehouse":
        """The warehouse that these settings name, to be closed by the caller; see `Warehouse`."""
        # Late: every command reads settings, few need the driver.
        from brapped_assets.warehouse.db.connections import Warehouse  # noqa: PLC0415

        return Warehouse(self.brapped_home, self.database_url_text(), is_bulky=is_bulky)

    def spotify_app(self, client_id: str | None = None) -> "SpotifyApp":
        """The app that asks Spotify; with neither `client_id` nor SPOTIFY_CLIENT_ID one that Spotify does not know."""
        from brapped_assets.spotify import SpotifyApp  # noqa: PLC0415

        secret = self.spotify_client_secret
        return SpotifyApp(
            client_id or self.spotify_client_id or "",
            secret.get_secret_value() if secret else None,
            self.spotify_accounts_url,
        )

    @property
    def storage_limit_bytes(self) -> int | None:
        """What the plan behind DATABASE_URL holds: on Neon its free plan's, unless told otherwise; None: no plan."""
        if self.database_url is None:
            return None
        from brapped_assets.warehouse.db.urls import is_neon  # noqa: PLC0415

        neons = NEONS_FREE_PLAN_MB if is_neon(self.database_url.get_secret_value()) else None
        megabytes = self.brapped_storage_limit_mb or neons
        return megabytes * 1_000_000 if megabytes else None

    def refresh_token_text(self) -> str | None:
        """The given listener's refresh token; None: nobody's is in the settings."""
        return self.spotify_refresh_token.get_secret_value() if self.spotify_refresh_token else None

    def token_key_text(self) -> str | None:
        """The key, or keys, of the stored refresh tokens, for `warehouse.refresh_tokens` and nothing else."""
        return self.brapped_token_key.get_secret_value() if self.brapped_token_key else None


class _SettingsOfAHome(Settings):
    """Read from one `.env`, whatever the environment says."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic-settings' signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, dotenv_settings


def unknown_settings() -> str | None:
    """Which names in the environment and in `.env` are like ours and mean nothing, in a sentence; None: none.

    Raises SettingsError when the file cannot be read.
    """
    known = {name.upper() for name in Settings.model_fields}
    named_like_ours = {n for n in {*os.environ, *lines_of(env_file())} if n.upper().startswith("BRAPPED_")}
    unknown = {n for n in named_like_ours - known if not SERVICE_LINK.search(n)}
    if not unknown:
        return None
    return f"Unknown setting {', '.join(sorted(unknown))}. The settings are: {', '.join(sorted(known))}."


def _in_words(error: ValidationError, file: Path) -> str:
    def one(problem: Any) -> str:
        name = ".".join(str(part) for part in problem["loc"]).upper()
        return f"{name}: {problem['msg'].removeprefix('Value error, ')}"

    return f"{'; '.join(one(problem) for problem in error.errors())}. (Read from the environment and {file}.)"
