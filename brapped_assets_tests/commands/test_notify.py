"""`brapped notify --test`: what came of it, and never an address."""

from collections.abc import Callable

import pytest

from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.notifications.mailbox import SECRET, Mailbox

Brapped = Callable[..., Said]


def test_a_message_that_arrives_says_so(brapped: Brapped, mailbox: Mailbox) -> None:
    said = brapped("notify", "--test")
    assert (said.code, said.output, said.errors) == (0, "✓ 1. JSON has it.", "")
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: a test"
    assert text.startswith("Messages from Brapped arrive here.")


@pytest.mark.parametrize("behaviour", ["refuses", "is silent"])
def test_one_that_does_not_is_exit_code_1(brapped: Brapped, mailbox: Mailbox, behaviour: str) -> None:
    mailbox.behaves = behaviour  # type: ignore[assignment]
    said = brapped("notify", "--test")
    assert said.code == 1
    assert "✗ 1. JSON did not take it." in said.output
    assert "Check that address in BRAPPED_NOTIFY" in said.output
    assert SECRET not in said.output + said.errors


def test_of_several_each_is_told_of(brapped: Brapped, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAPPED_NOTIFY", f"{mailbox.url}, json://127.0.0.1:1/{SECRET}")
    said = brapped("notify", "--test")
    assert said.code == 1
    assert "✓ 1. JSON has it." in said.output
    assert "✗ 2. JSON did not take it." in said.output
    assert SECRET not in said.output + said.errors


@pytest.mark.parametrize(
    ("urls", "sentence"),
    [
        (None, "✗ BRAPPED_NOTIFY is not set, so nobody can be told."),
        ("a-secret", "✗ BRAPPED_NOTIFY: Apprise does not understand address 1 of 1."),
        ("json://127.0.0.1:1, nonsense://a-secret", "✗ BRAPPED_NOTIFY: Apprise does not understand address 2 of 2."),
    ],
    ids=["unset", "no URL", "unknown service"],
)
def test_what_cannot_be_used_is_exit_code_2(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch, urls: str | None, sentence: str
) -> None:
    if urls is not None:
        monkeypatch.setenv("BRAPPED_NOTIFY", urls)
    said = brapped("notify", "--test")
    assert (said.code, said.output) == (2, "")
    assert said.errors.startswith(sentence)
    assert "a-secret" not in said.errors


def test_without_the_switch_nothing_is_sent(brapped: Brapped, mailbox: Mailbox) -> None:
    said = brapped("notify")
    assert (said.code, mailbox.asked) == (2, 0)
    assert "say --test" in said.errors
