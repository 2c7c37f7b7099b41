"""Messages to wherever the owner wants them, through Apprise. Addresses are secrets: none of them is ever shown."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text.plain import plain, plain_lines

if TYPE_CHECKING:
    from apprise import Apprise

# For all services together. A sensor has a minute for everything.
SECONDS = 15
SIGN = "Brapped"


@dataclass(frozen=True)
class Attached:
    """A file that goes along, where a service takes files."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Outcome:
    """What one service made of a message, by the service's name ("Telegram"), which tells nobody the address."""

    service: str
    delivered: bool


def addresses(settings: Settings) -> int:
    """How many addresses BRAPPED_NOTIFY has. Raises SettingsError when one is not understood."""
    return len(_services(settings.brapped_notify)) if settings.brapped_notify is not None else 0


def deliver(settings: Settings, title: str, body: str, attached: Attached | None = None) -> list[Outcome]:
    """Send a message to every address, of which there may be none; never longer than 15 s. Raises as `addresses`."""
    if settings.brapped_notify is None:
        return []
    services = _services(settings.brapped_notify)
    title, body = plain(title), plain_lines(body)
    from apprise import NotifyFormat  # noqa: PLC0415
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415

    along = AttachMemory(attached.content, attached.name, attached.media_type) if attached else None  # type: ignore[no-untyped-call]
    try:
        result = services.notify(body, title, body_format=NotifyFormat.TEXT, attach=along, timeout=SECONDS)
        found = [Outcome(str(one.name), bool(one)) for one in result]
    except Exception:  # noqa: BLE001  (a hundred services by a hundred people: none of them may cost a sync)
        found = []
    return found or [Outcome("Apprise", delivered=False)]


def was_delivered(outcomes: Sequence[Outcome]) -> bool:
    """One way is enough: telling again because of another would tell twice by this one."""
    return any(outcome.delivered for outcome in outcomes)


def _services(secret: SecretStr) -> "Apprise":
    # Half a second, which only those pay who have something to tell.
    from apprise import Apprise  # noqa: PLC0415
    from apprise.utils.parse import parse_urls  # noqa: PLC0415

    # Its warnings may repeat an address or an answer; what came of it is said in our words.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    services = Apprise()
    urls = parse_urls(secret.get_secret_value())  # type: ignore[no-untyped-call]
    for nth, url in enumerate(urls, 1):
        if not services.add(url):
            raise SettingsError(
                f"BRAPPED_NOTIFY: Apprise does not understand address {nth} of {len(urls)}. Its addresses look like "
                "mailto://name:password@example.org or tgram://token/chat; https://appriseit.com lists them all."
            )
    if not urls:
        raise SettingsError("BRAPPED_NOTIFY holds no Apprise URL. They look like mailto://name:password@example.org.")
    return services
