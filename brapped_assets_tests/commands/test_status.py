"""`brapped status`: healthy or not, and each problem with the one command that mends it."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brapped_assets.assets.polling import ASIDE
from brapped_assets.notifications import stopped_parts
from brapped_assets.transfer import refused_inbox
from brapped_assets.transfer.inbox import inbox, state
from brapped_assets.warehouse import call_ledger, listeners
from brapped_assets.warehouse.landing import land
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.notifications.mailbox import Mailbox
from brapped_assets_tests.warehouse.exported_plays import NOON, Told, after, tell
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.polled_plays import Unread, at, page

Brapped = Callable[..., Said]
POLLED = (
    "insert into audit.poll"
    " (listener_id, run_id, polled_at, items, landed, rejected, overlapped, keys_missing, keys_new)"
    " select listener_id, 'run', %(at)s, 0, 0, 0, true, '{}', '{}' from audit.listener"
)


@pytest.fixture
def healthy(connected: Connected) -> Connected:
    """Logged in ten days ago, polled a minute ago."""
    now = datetime.now(UTC)
    with connected.warehouse.transaction() as tx:
        listeners.save_listener(
            tx,
            refresh_token=os.environ["SPOTIFY_REFRESH_TOKEN"],
            time_zone="Asia/Kolkata",
            now=now,
            display_name="Asha",
            authorized_at=now - timedelta(days=10),
        )
        tx.execute(POLLED, {"at": now - timedelta(minutes=1)})
    return connected


@pytest.mark.usefixtures("healthy")
def test_all_is_well(brapped: Brapped) -> None:
    said = brapped("status")
    assert (said.code, said.errors) == (0, "")
    assert "✓ Everything is collected." in said.output
    assert "Asha Asia/Kolkata" in said.output
    assert "gaps none" in said.output
    assert "to look up none" in said.output
    assert "calls left today" in said.output


def exported(connected: Connected, tracks: int) -> None:
    """An export of so many tracks by two artists."""
    with connected.warehouse.transaction() as tx:
        me = listeners.get_or_create_placeholder(tx, time_zone="UTC", now=NOON).listener_id
        told = [
            Told(after(1000 * number), 60_000, f"track{number}", f"Song {number}", f"Artist {number % 2}")
            for number in range(tracks)
        ]
        tell(tx, me, [("extended", told)])


def test_plays_that_are_kept_and_not_counted_are_told(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        me = listeners.get_or_create_placeholder(tx, time_zone="UTC", now=NOON).listener_id
        tell(tx, me, [("extended", [Told(after(6 * n), 149_073) for n in range(12)])])
    assert "plays 12, 11 of them impossible repeats" in brapped("status").output
    (one,) = json.loads(brapped("status", "--json").output)["listeners"]
    assert (one["plays"], one["impossible_repeats"]) == (12, 11)


def test_what_is_to_be_looked_up_is_told_with_its_end_at_todays_budget(healthy: Connected, brapped: Brapped) -> None:
    exported(healthy, 1_390)
    with healthy.warehouse.transaction() as tx:
        tx.execute("delete from audit.listener where display_name = 'You'")
    said = brapped("status")
    # 1000 calls a day, 72 of them for polls. The two artists are asked for once the tracks have told who they are.
    assert "to look up 1390 tracks and 2 artists, done in about 1.5 days, and nothing waits for it" in said.output
    assert said.code == 0
    state = json.loads(brapped("status", "--json").output)
    assert (state["tracks_to_look_up"], state["artists_to_look_up"], state["looked_up_in_days"]) == (1390, 2, 1.5)


def test_without_a_login_the_look_ups_wait_for_one_and_nothing_is_wrong(
    connected: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    exported(connected, 3)
    said = brapped("status")
    assert said.code == 0
    assert "to look up 3 tracks and 2 artists, once an account is connected; nothing needs it" in said.output
    state = json.loads(brapped("status", "--json").output)
    assert (state["connected"], state["looked_up_in_days"]) == (False, None)


def test_a_budget_that_the_polls_take_whole_leaves_nothing_to_look_up_with(
    healthy: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "72")
    exported(healthy, 3)
    assert "3 tracks and 2 artists, and SPOTIFY_DAILY_CALL_BUDGET leaves no calls for them" in brapped("status").output


@pytest.mark.usefixtures("healthy")
def test_programs_get_the_same_facts(brapped: Brapped) -> None:
    said = brapped("status", "--json")
    state = json.loads(said.output)
    assert (said.code, state["healthy"], state["problems"]) == (0, True, [])
    (asha,) = state["listeners"]
    assert (asha["name"], asha["time_zone"], asha["plays"], asha["gaps_open"]) == ("Asha", "Asia/Kolkata", 0, 0)
    assert 165 <= asha["consent_days_left"] <= 175
    assert state["database"] == "DATABASE_URL"
    shown = brapped("status").output
    assert f"consent {asha['consent_days_left']} days left" in shown
    assert f"calls left today {state['calls_left_today']} ({state['calls_last_24_hours']} in 24 hours)" in shown


@pytest.mark.usefixtures("healthy")
def test_a_plan_that_is_nearly_full_is_a_problem_and_elsewhere_nobody_counts_hours(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_STORAGE_LIMIT_MB", "1")
    said = brapped("status")
    assert said.code == 1
    assert "% of its 1 MB. → a larger plan, told by BRAPPED_STORAGE_LIMIT_MB" in said.output
    assert "awake" not in said.output
    monkeypatch.setenv("BRAPPED_STORAGE_LIMIT_MB", "1000000")
    state = json.loads(brapped("status", "--json").output)
    assert (state["healthy"], state["plan"]["dagster_megabytes"], "bursts_a_day" in state["plan"]) == (
        True,
        None,
        False,
    )


def test_without_a_login_the_remedy_is_one(
    connected: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    said = brapped("status")
    assert said.code == 3
    assert "✗ No Spotify account is connected. → brapped login" in said.output


def test_an_ended_consent_needs_a_login(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        listeners.end_consent(tx, listeners.listeners(tx)[0].listener_id, datetime.now(UTC))
    said = brapped("status")
    assert said.code == 3
    assert "✗ Asha: consent has ended. → brapped login" in said.output


@pytest.mark.parametrize(
    ("days_ago", "code", "problem"), [(190, 3, "consent has ended."), (175, 1, "consent ends in ")]
)
def test_a_consent_that_runs_out_is_told_in_time(
    healthy: Connected, brapped: Brapped, days_ago: int, code: int, problem: str
) -> None:
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.listener set authorized_at = now() - make_interval(days => %s)", (days_ago,))
    said = brapped("status")
    assert said.code == code
    assert f"✗ Asha: {problem}" in said.output
    assert "→ brapped login" in said.output


def test_a_part_of_up_that_stays_down_is_a_problem(healthy: Connected, brapped: Brapped) -> None:
    home = Path(os.environ["BRAPPED_HOME"])
    home.mkdir(exist_ok=True)
    down = stopped_parts.Down("pages", NOON, "exit code 1")
    stopped_parts.write(home, [down])
    assert stopped_parts.read(home) == [down]
    said = brapped("status")
    assert said.code == 1
    assert f"✗ {down.sentence()} → brapped up" in said.output
    (home / stopped_parts.FILE).write_text("[{]")
    assert brapped("status").code == 0


def test_what_the_inbox_refused_is_a_problem_while_it_lies_there(healthy: Connected, brapped: Brapped) -> None:
    folder = inbox(Path(os.environ["BRAPPED_HOME"]))
    (folder / "a.zip").write_bytes(b"no zip")
    refused_inbox.note(folder.parent, state(folder) or "", lambda: "a.zip is no zip.", NOON)
    said = brapped("status")
    assert said.code == 1
    assert "✗ Something in the inbox was refused: a.zip is no zip. → mend it, or take it out of" in said.output
    (folder / "a.zip").unlink()
    assert brapped("status").code == 0


def test_a_name_that_means_ill_is_shown_and_does_nothing(healthy: Connected, brapped: Brapped) -> None:
    evil = "A\x1b[31mRED\x1b]0;pwn\x07\u202e\n✓ Everything is collected."
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.listener set display_name = %s", (evil,))
        tx.execute("update audit.poll set polled_at = '2026-11-20T10:30:00Z'")
    said = brapped("status")
    assert "✗ A�[31mRED�]0;pwn� ✓ Everything is collected.: no successful poll since" in said.output
    assert not set(said.output) & set("\x1b\x07\u202e")
    told = brapped("status", "--json").output
    assert told.isascii()
    assert "\x1b" not in told
    assert json.loads(told)["listeners"][0]["name"] == evil
    summary = brapped("status", "--markdown").output
    assert not set(summary) & set("\x1b\x07\u202e[")


def test_a_standstill_is_mended_by_a_sync(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.poll set polled_at = '2026-11-20T10:30:00Z'")
    said = brapped("status")
    assert said.code == 1
    assert "✗ Asha: no successful poll since 2026-11-20 10:30 UTC. → brapped sync" in said.output


def test_a_first_poll_that_never_came_is_a_standstill(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        tx.execute("delete from audit.poll")
    said = brapped("status")
    assert said.code == 1
    assert "✗ Asha: no successful poll yet. → brapped sync" in said.output
    assert "last poll never, 0 in all" in said.output


def test_a_wait_that_spotify_asked_for_is_no_failure_of_ours(healthy: Connected, brapped: Brapped) -> None:
    until = datetime.now(UTC) + timedelta(hours=5)
    with healthy.warehouse.transaction() as tx:
        call_ledger.postpone(tx, until, "QUOTA_EXCEEDED", latest=until)
        tx.execute("update audit.poll set polled_at = now() - interval '4 hours'")
    said = brapped("status")
    assert said.code == 4
    assert f"✗ Spotify asked to wait until {until:%Y-%m-%d %H:%M} UTC (QUOTA_EXCEEDED). → nothing to do" in said.output
    state = json.loads(brapped("status", "--json").output)
    assert [problem["remedy"] for problem in state["problems"]] == [
        "brapped sync",
        "nothing to do: polling goes on by itself",
    ]


def test_a_wait_that_is_over_is_not_told(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        call_ledger.postpone(tx, datetime.now(UTC) - timedelta(minutes=1), "QUOTA_EXCEEDED", latest=datetime.now(UTC))
    assert brapped("status").code == 0


def test_a_wait_that_a_clock_noted_which_was_ahead_is_none(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        until = datetime.now(UTC) + timedelta(days=400)
        call_ledger.postpone(tx, until, "QUOTA_EXCEEDED", latest=until)
    said = brapped("status", "--json")
    assert (said.code, json.loads(said.output)["not_before"]) == (0, None)


def test_what_stood_in_pages_besides_plays_is_told_and_is_nothing_to_mend(healthy: Connected, brapped: Brapped) -> None:
    now = datetime.now(UTC)
    others = [
        Unread("episode", "this is no music", "podcast", now),
        Unread("chapter", "this is no music", "audiobook", now),
        Unread("null", "nothing is told of what was played", "nothing", now),
        Unread("2099", "the time lies in the future", "impossible_time"),
    ]
    with healthy.warehouse.transaction() as tx:
        me = listeners.listeners(tx)[0].listener_id
        land(tx, page(me, [], others, polled_at=now))
    said = brapped("status")
    assert said.code == 0
    assert (
        "kept aside 2 not music (podcasts, audiobooks), 1 of which Spotify told nothing, 1 at a time that cannot be"
        in said.output
    )
    (asha,) = json.loads(brapped("status", "--json").output)["listeners"]
    assert [asha[name] for name in ASIDE] == [2, 1, 1, 0]


def test_what_is_not_understood_is_told_for_two_weeks_and_never_for_ever(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        me = listeners.listeners(tx)[0].listener_id
        land(tx, page(me, [], [Unread("odd")], polled_at=datetime.now(UTC)))
    said = brapped("status")
    assert said.code == 1
    assert "✗ Asha: 1 item of Spotify's pages could not be understood. Nothing is lost:" in said.output
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.rejected_row set first_seen_at = first_seen_at - interval '14 days'")
    said = brapped("status")
    assert (said.code, "kept aside 1 not understood (yet)" in said.output) == (0, True)


def test_a_wrong_clock_is_told_with_what_sets_it_right(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.poll set clock_skew_ms = 30 * 86400000::bigint, polled_at = now() - interval '4 days'")
    said = brapped("status")
    assert said.code == 1
    assert (
        "✗ This machine's clock is 30 days behind Spotify's. Plays are collected all the same. → Let it be set by the"
        " network (Linux: timedatectl set-ntp true)" in said.output
    )
    # By such a clock nobody can say how long ago the last poll was.
    assert "no successful poll" not in said.output


def test_a_gap_is_a_fact_and_no_fault(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        me = listeners.listeners(tx)[0].listener_id
        miss(tx, me, 10, 100)
    said = brapped("status")
    assert said.code == 0
    assert "gaps 1 open, 1.5 hours in all; hours of the clock in doubt: 2" in said.output
    assert "✓ Everything is collected, but for the gaps: a data export that covers them closes them" in said.output
    assert "closed by exports" not in said.output


def test_what_an_export_closed_is_told(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        me = listeners.listeners(tx)[0].listener_id
        miss(tx, me, 10, 100)
        meet(tx, me, Imported("first.json", 0, 40), when=at(500))
        meet(tx, me, Imported("[life].json", 0, 70), when=at(600))
    said = brapped("status")
    assert "gaps 1 open, 0.5 hours in all; hours of the clock in doubt: 1" in said.output
    last = "2026-11-21 22:00 UTC by [life].json in my_spotify_data.zip"
    assert f"closed by exports 1.0 hours, last on {last}" in said.output
    (asha,) = json.loads(brapped("status", "--json").output)["listeners"]
    assert (asha["gaps_open"], asha["hours_in_gaps"], asha["hours_in_doubt"], asha["hours_closed"]) == (1, 0.5, 1, 1.0)
    assert asha["last_closed_by"] == "[life].json in my_spotify_data.zip"
    with healthy.warehouse.transaction() as tx:
        meet(tx, me, Imported("all.json", 0, 100), when=at(700))
    said = brapped("status")
    assert "gaps none" in said.output
    assert "✓ Everything is collected." in said.output


@pytest.mark.usefixtures("healthy")
def test_it_says_who_is_told_when_something_is_wrong(
    brapped: Brapped, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, connected: Connected
) -> None:
    monkeypatch.setenv("BRAPPED_RECAP", "monthly")
    said = brapped("status")
    assert said.code == 0
    assert "notices to 1 address, and a recap of each month" in said.output
    with connected.warehouse.transaction() as tx:
        tx.execute(
            "insert into audit.notice (kind, opened_at, level, tries, tried_at) values ('quota', now(), 1, 3, now())"
        )
    said = brapped("status")
    assert said.code == 1
    assert "✗ 1 notice could not be delivered. → brapped notify --test" in said.output
    monkeypatch.setenv("BRAPPED_NOTIFY", "nonsense://a-secret")
    said = brapped("status")
    assert said.code == 1
    assert "BRAPPED_NOTIFY: Apprise does not understand address 1 of 1." in said.output
    assert "a-secret" not in said.output + said.errors
    monkeypatch.delenv("BRAPPED_NOTIFY")
    said = brapped("status")
    assert said.code == 0
    assert "notices nobody is told when something is wrong (BRAPPED_NOTIFY)" in said.output
    assert mailbox.asked == 0


@pytest.mark.usefixtures("connected")
def test_a_token_that_was_never_polled_with_is_no_health(brapped: Brapped) -> None:
    said = brapped("status")
    assert said.code == 1
    assert "✗ Nobody was polled yet. → brapped sync" in said.output
    assert "✓" not in said.output


def test_a_name_is_shown_as_it_is(healthy: Connected, brapped: Brapped) -> None:
    with healthy.warehouse.transaction() as tx:
        tx.execute("update audit.listener set display_name = '[/b]ob [red]'")
        tx.execute("update audit.poll set polled_at = '2026-11-20T10:30:00Z'")
    said = brapped("status")
    assert (said.code, said.errors) == (1, "")
    assert "[/b]ob [red] Asia/Kolkata" in said.output
    assert "✗ [/b]ob [red]: no successful poll since" in said.output
