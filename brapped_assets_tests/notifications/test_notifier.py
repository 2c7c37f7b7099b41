"""What is told as the clock goes on: on the real PostgreSQL, to a real HTTP server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from brapped_assets.notifications import stopped_parts
from brapped_assets.notifications.conditions import Failed, over
from brapped_assets.notifications.notifier import Looked, look_at_parts, notify
from brapped_assets.notifications.stopped_parts import Down
from brapped_assets.settings import Settings
from brapped_assets.spotify.quota import QUOTA_EXCEEDED
from brapped_assets.transfer import refused_inbox
from brapped_assets.transfer.inbox import inbox, state
from brapped_assets.warehouse import call_ledger, listeners
from brapped_assets.warehouse.db import connections
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.notifications.mailbox import Mailbox

LOGIN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ENDS = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WELL = "Brapped: all is well again"


@pytest.fixture(autouse=True)
def home(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


def welcome(tx: Connection, at: datetime, name: str = "ann") -> int:
    return listeners.save_listener(
        tx, refresh_token=f"token of {name}", time_zone="Europe/Berlin", now=at, spotify_user_id=name,
        display_name=name.title(), authorized_at=at,
    ).listener_id  # fmt: skip


def polled(tx: Connection, listener_id: int, at: datetime) -> int:
    row = tx.execute(
        "insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped, keys_missing,"
        " keys_new) values (%s, 'a run', %s, 0, 0, 0, true, '{}', '{}') returning poll_id",
        (listener_id, at),
    ).fetchone()
    assert row is not None
    return int(row["poll_id"])


def gap(tx: Connection, listener_id: int, start: datetime, end: datetime) -> None:
    tx.execute(
        "insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id) values (%s, %s, %s, 'a test', %s)",
        (listener_id, start, end, polled(tx, listener_id, end)),
    )


def rows(warehouse: Warehouse) -> list[tuple[str, int, bool]]:
    with warehouse.transaction() as tx:
        found = tx.execute(
            "select kind, told_level, closed_at is null as is_open from audit.notice order by 1"
        ).fetchall()
    return [(row["kind"], row["told_level"], row["is_open"]) for row in found]


def at(now: datetime, failed: Failed | None = None) -> Looked:
    return notify(Settings.load(), now, failed)


def test_a_consent_is_told_of_30_14_and_3_days_before_at_its_end_and_when_it_is_renewed(
    warehouse: Warehouse, mailbox: Mailbox
) -> None:
    with warehouse.transaction() as tx:
        ann = welcome(tx, LOGIN)
    told = []
    for days in (-40, -31, -30, -29, -15, -14, -13, -4, -3, -2, -1, 0, 1, 4):
        now = ENDS + days * DAY
        with warehouse.transaction() as tx:
            polled(tx, ann, now)
        at(now)
        at(now + MINUTE)
        told += [(days, title, text) for title, text in mailbox.texts()]
    assert [days for days, _, _ in told] == [-30, -14, -3, 0]
    assert {title for _, title, _ in told} == {"Brapped: Spotify's consent"}
    assert told[1][2] == (
        "Spotify's consent ends in 14 days, on 10 September 2026; it lasts six months. After that no play is "
        "collected. Renewing takes a minute: brapped login"
    )
    assert told[3][2] == "Spotify's consent has ended, so no play is collected. Renew it: brapped login"
    with warehouse.transaction() as tx:
        welcome(tx, ENDS + 5 * DAY)
        polled(tx, ann, ENDS + 5 * DAY)
    at(ENDS + 5 * DAY)
    at(ENDS + 6 * DAY - HOUR - DAY)
    assert mailbox.texts() == [(WELL, over("consent"))]
    assert rows(warehouse) == []


@pytest.mark.slow
def test_notices_are_in_the_language_that_the_owner_chose_also_while_the_database_is_away(
    warehouse: Warehouse, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.transaction() as tx:
        ann, bob = welcome(tx, LOGIN), welcome(tx, LOGIN, "bob")
        for listener, language in ((ann, "de"), (bob, "fr")):
            tx.execute("insert into insights.preference (listener_id, language, chosen_at) values (%s, %s, %s)",
                       (listener, language, LOGIN))  # fmt: skip
            polled(tx, listener, ENDS - 3 * DAY)
        gap(tx, ann, ENDS - 4 * DAY, ENDS - 4 * DAY + HOUR)
    at(ENDS - 3 * DAY)
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: Spotifys Zustimmung und mehr"
    said = text.split("\n\n")
    assert said[0].startswith("Ann: Spotifys Zustimmung endet in 3 Tagen, am 10. September 2026;")
    assert said[1].startswith("Ann: Zwischen 6. September, 14:00 und 6. September, 15:00 können Plays fehlen")
    assert said[2].startswith("Bob: Spotifys Zustimmung endet")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0.1)
    at(ENDS)
    at(ENDS + 31 * MINUTE)
    assert [title for title, _ in mailbox.texts()] == ["Brapped: die Datenbank antwortet nicht"]


def test_a_machine_that_slept_hears_of_the_last_stage_only(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), ENDS - DAY)
    at(ENDS - DAY)
    ((_, text),) = mailbox.texts()
    assert text.startswith("Spotify's consent ends in one day, on 10 September 2026;")


def test_a_standstill_is_told_after_3_hours_and_its_end_once(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        ann = welcome(tx, LOGIN)
        polled(tx, ann, LOGIN)
    told: dict[int, str] = {}
    for minutes in range(0, 600, 20):
        at(LOGIN + minutes * MINUTE)
        told.update((minutes, text) for _, text in mailbox.texts())
    assert told == {
        180: "No poll has succeeded since 10 March, 13:00. Spotify keeps only the last 50 plays, so some may be lost "
        "if this goes on. Poll now, or see why not: brapped sync"
    }
    with warehouse.transaction() as tx:
        polled(tx, ann, LOGIN + 10 * HOUR)
    at(LOGIN + 10 * HOUR)
    assert mailbox.texts() == [(WELL, over("no_poll"))]


def test_a_machine_that_wakes_up_polls_before_it_complains(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        ann = welcome(tx, LOGIN)
        polled(tx, ann, LOGIN)
    # Its network is not up yet at the first poll.
    at(LOGIN + 9 * HOUR)
    with warehouse.transaction() as tx:
        polled(tx, ann, LOGIN + 9 * HOUR + 20 * MINUTE)
    at(LOGIN + 9 * HOUR + 20 * MINUTE)
    assert (mailbox.asked, rows(warehouse)) == (0, [])


def test_each_new_gap_is_told_of_and_their_end_once(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        ann = welcome(tx, LOGIN)
        gap(tx, ann, LOGIN + HOUR, LOGIN + 3 * HOUR)
    for now in (LOGIN + 3 * HOUR, LOGIN + 4 * HOUR):
        at(now)
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: plays may be missing"
    assert text.startswith("Plays may be missing between 10 March, 14:00 and 10 March, 16:00: Spotify no longer")
    with warehouse.transaction() as tx:
        gap(tx, ann, LOGIN + 5 * HOUR, LOGIN + 6 * HOUR)
    for now in (LOGIN + 6 * HOUR, LOGIN + 7 * HOUR):
        at(now)
    ((_, text),) = mailbox.texts()
    assert "10 March, 18:00 and 10 March, 19:00" in text
    with warehouse.transaction() as tx:
        tx.execute("delete from audit.gap where gap_start = %s", (LOGIN + 5 * HOUR,))
    at(LOGIN + 8 * HOUR)
    assert mailbox.texts() == []
    with warehouse.transaction() as tx:
        tx.execute("delete from audit.gap")
    at(LOGIN + 8 * HOUR)
    assert mailbox.texts() == [(WELL, over("gap"))]


def test_a_spent_quota_is_told_at_once_and_explains_a_standstill(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), LOGIN)
        call_ledger.postpone(tx, LOGIN + 5 * HOUR, QUOTA_EXCEEDED, latest=LOGIN + 24 * HOUR)
    for hours in (0, 1, 2, 3, 4):
        at(LOGIN + hours * HOUR)
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: Spotify's quota is used up"
    assert "polling waits until 10 March, 17:00 UTC. Nothing to do" in text
    at(LOGIN + 5 * HOUR)
    assert mailbox.texts() == [(WELL, over("quota"))]


@pytest.mark.parametrize("reason", ["Spotify asked to wait", "RATE_LIMITED"])
def test_a_short_wait_is_nobodys_business(warehouse: Warehouse, mailbox: Mailbox, reason: str) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), LOGIN)
        call_ledger.postpone(tx, LOGIN + 20 * MINUTE, reason, latest=LOGIN + 24 * HOUR)
    for minutes in (0, 19, 25):
        at(LOGIN + minutes * MINUTE)
    assert (mailbox.asked, rows(warehouse)) == (0, [])


def test_storage_is_told_of_at_80_and_95_percent_and_does_not_flutter(
    warehouse: Warehouse, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        row = tx.execute(
            "select sum(pg_database_size(oid))::bigint as bytes from pg_database where datallowconn"
        ).fetchone()
    assert row is not None
    stored = row["bytes"] / 1e6
    told = []
    for share in (0.70, 0.77, 0.85, 0.78, 0.85, 0.98, 0.85, 0.60):
        monkeypatch.setenv("BRAPPED_STORAGE_LIMIT_MB", str(round(stored / share)))
        at(LOGIN)
        told += [(share, text.split(" of ")[0]) for _, text in mailbox.texts()]
    assert [share for share, _ in told] == [0.85, 0.98, 0.60]
    assert told[0][1].startswith("The database has used 8")
    assert told[2][1].startswith(over("storage")[:10])


def test_a_failure_that_waiting_cures_is_told_when_it_lasts_and_another_at_once(
    warehouse: Warehouse, mailbox: Mailbox
) -> None:
    passing = Failed("hourly_plays", "Spotify answered 503.", cures_itself=True)
    at(LOGIN, passing)
    at(LOGIN + 20 * MINUTE)
    at(LOGIN + 40 * MINUTE, passing)
    assert mailbox.asked == 0
    at(LOGIN + 70 * MINUTE, passing)
    assert mailbox.texts() == [
        (
            "Brapped: a run failed",
            "A run of hourly_plays failed. Spotify answered 503. What is wrong and what mends it: brapped status",
        )
    ]
    at(LOGIN + 2 * HOUR)
    assert mailbox.texts() == [(WELL, over("run_failure"))]
    at(LOGIN + 3 * HOUR, Failed("daily_upkeep", "It is broken."))
    assert len(mailbox.texts()) == 1


def test_what_is_due_at_the_same_moment_is_one_message_and_names_are_said_where_there_are_two(
    warehouse: Warehouse, mailbox: Mailbox
) -> None:
    with warehouse.transaction() as tx:
        for name in ("ann", "bob"):
            polled(tx, welcome(tx, LOGIN, name), ENDS - DAY)
    assert at(ENDS - DAY) == Looked(told=2)
    ((title, text),) = mailbox.texts()
    assert title == "Brapped: Spotify's consent, and more"
    assert text.count("\n\n") == 1
    assert text.startswith("Ann: Spotify's consent ends")
    assert "\n\nBob: Spotify's consent ends" in text


@pytest.mark.parametrize("behaviour", ["refuses", "is silent"])
def test_what_does_not_arrive_is_told_at_a_later_look(warehouse: Warehouse, mailbox: Mailbox, behaviour: str) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), ENDS - DAY)
    mailbox.behaves = behaviour  # type: ignore[assignment]
    assert at(ENDS - DAY) == Looked(undelivered=1)
    assert at(ENDS - DAY + MINUTE) == Looked()
    assert rows(warehouse) == [("consent", 0, True)]
    mailbox.behaves = "well"
    assert at(ENDS - DAY + 20 * MINUTE) == Looked(told=1)
    assert at(ENDS - DAY + 40 * MINUTE) == Looked()
    assert len(mailbox.texts()) == 1
    assert rows(warehouse) == [("consent", 3, True)]


def test_one_way_is_enough(warehouse: Warehouse, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), ENDS - DAY)
    monkeypatch.setenv("BRAPPED_NOTIFY", f"json://127.0.0.1:1/nobody {mailbox.url}")
    assert at(ENDS - DAY) == Looked(told=1)
    assert at(ENDS) == Looked(told=1)


def test_ten_who_look_at_once_tell_once(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        polled(tx, welcome(tx, LOGIN), ENDS - DAY)
    threads = [Thread(target=at, args=(ENDS - DAY,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.texts()) == 1


def test_a_database_that_does_not_answer_is_told_of_and_that_it_is_back(
    warehouse: Warehouse, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    monkeypatch.setattr("brapped_assets.warehouse.db.connections.COLD_START_SECONDS", 0)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    told = []
    for minutes in (0, 20, 40, 60):
        at(LOGIN + minutes * MINUTE)
        told += [(minutes, title) for title, _ in mailbox.texts()]
    assert told == [(40, "Brapped: the database does not answer")]
    monkeypatch.setenv("DATABASE_URL", database_url)
    at(LOGIN + 80 * MINUTE)
    at(LOGIN + 100 * MINUTE)
    assert mailbox.texts() == [(WELL, over("database"))]
    assert not (tmp_path / "home" / "notices.json").exists()


def test_half_a_file_of_what_was_told_is_none(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "notices.json").write_text('[{"kind": "data')
    assert at(LOGIN) == Looked()


def test_nobody_is_asked_when_nobody_is_to_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert at(LOGIN) == Looked()


def test_a_forgotten_listener_leaves_no_notice(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        ann = welcome(tx, LOGIN)
        polled(tx, ann, ENDS - DAY)
    at(ENDS - DAY)
    assert rows(warehouse) == [("consent", 3, True)]
    with warehouse.transaction() as tx:
        tx.execute("delete from audit.listener where listener_id = %s", (ann,))
    assert rows(warehouse) == []


def test_an_export_that_the_inbox_refused_is_told_once_and_once_that_it_is_gone(mailbox: Mailbox) -> None:
    home = Settings.load().brapped_home
    folder = inbox(home)

    def refused(name: str, now: datetime) -> None:
        (folder / name).write_bytes(b"no zip")
        refused_inbox.note(home, state(folder) or "", lambda: f"{name} is no zip.", now)

    refused("a.zip", LOGIN)
    for minutes in (1, 20):
        at(LOGIN + minutes * MINUTE)
    refused("b.zip", LOGIN + HOUR)
    at(LOGIN + 2 * HOUR)
    mends = f"What mends it: mend it, or take it out of {folder}; what changes there is tried again."
    assert mailbox.texts() == [
        ("Brapped: an export was refused", f"Something in the inbox was refused: {name} is no zip. {mends}")
        for name in ("a.zip", "b.zip")
    ]
    for file in folder.iterdir():
        file.unlink()
    for minutes in (1, 20):
        at(LOGIN + 3 * HOUR + minutes * MINUTE)
    assert mailbox.texts() == [(WELL, over("inbox"))]


def test_a_part_that_stays_down_is_told_without_a_database_once_and_its_new_start_once(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    home = Settings.load().brapped_home
    home.mkdir()
    web, daemon = Down("web", LOGIN, "exit code 1"), Down("daemon", LOGIN, "killed by signal 9", stops_collecting=True)
    stopped_parts.write(home, [web])
    for minutes in range(3):
        look_at_parts(Settings.load(), LOGIN + minutes * MINUTE)
    stopped_parts.write(home, [web, daemon])
    look_at_parts(Settings.load(), LOGIN + 5 * MINUTE)
    assert mailbox.texts() == [
        (
            "Brapped: Dagster's web server stays down",
            (
                "Dagster's web server ended three times within ten minutes (exit code 1) and stays down since "
                "2026-03-10 12:00 UTC. Collecting goes on. To start it again: brapped up"
            ),
        ),
        (
            "Brapped: Dagster's daemon stays down",
            (
                "Collecting has stopped at 2026-03-10 12:00 UTC: Dagster's daemon ended three times within ten minutes "
                "(killed by signal 9). To start it again: brapped up"
            ),
        ),
    ]
    stopped_parts.write(home, [])
    look_at_parts(Settings.load(), LOGIN + 9 * MINUTE)
    look_at_parts(Settings.load(), LOGIN + 10 * MINUTE)
    assert mailbox.texts() == [(WELL, f"{over('part_web')}\n\n{over('part_daemon')}")]
