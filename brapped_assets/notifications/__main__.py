"""Tells which parts of `up` stay down, by BRAPPED_NOTIFY; `up` starts it."""

from contextlib import suppress
from datetime import UTC, datetime

from brapped_assets.notifications.notifier import look_at_parts
from brapped_assets.settings import Settings, SettingsError


def main() -> None:
    # `brapped status` says what is wrong with the addresses.
    with suppress(SettingsError, OSError):
        look_at_parts(Settings.load(), datetime.now(UTC))


if __name__ == "__main__":
    main()
