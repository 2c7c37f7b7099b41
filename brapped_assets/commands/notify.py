"""`brapped notify --test`: does a message arrive?"""

from rich.console import Console

from brapped_assets.console import exit_codes
from brapped_assets.notifications.delivery import deliver
from brapped_assets.settings import Settings, SettingsError

NOT_ASKED = "say --test to send a message to every address in BRAPPED_NOTIFY"
TITLE = "Brapped: a test"
BODY = "Messages from Brapped arrive here. There will be few: only when something needs you, and when it is over."


def test_notice(settings: Settings, console: Console) -> int:
    """Send one message and say what came of it, by service. Raises SettingsError without a usable BRAPPED_NOTIFY."""
    outcomes = deliver(settings, TITLE, BODY)
    if not outcomes:
        raise SettingsError(
            "BRAPPED_NOTIFY is not set, so nobody can be told. Give it one or several Apprise URLs, such as "
            "mailto://name:password@example.org or tgram://token/chat."
        )
    for nth, outcome in enumerate(outcomes, 1):
        mark, words = ("[green]✓[/]", "has it") if outcome.delivered else ("[red]✗[/]", "did not take it")
        console.print(f"{mark} {nth}. {outcome.service} {words}.")
    if all(outcome.delivered for outcome in outcomes):
        return exit_codes.DONE
    console.print("Check that address in BRAPPED_NOTIFY: host, name, password or token, and that it can be reached.")
    return exit_codes.FAILED
