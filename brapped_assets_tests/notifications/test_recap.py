"""The recap: the past month, once a listener and month, from nine on its first local day."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from brapped_assets.notifications.notifier import Looked, notify
from brapped_assets.settings import Settings
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.notifications.mailbox import Mailbox
from brapped_assets_tests.notifications.test_notifier import polled
from brapped_assets_tests.warehouse.exported_plays import Told, tell

OCTOBER = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
# Nine in the morning in Kolkata, on the first of November.
FROM = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = "Your week of 12\u00a0Oct\u00a02026"
BODY = """4 minutes of music in 3 plays.

Most played artists:
1. Ann <b>& Co (2)
2. Bob (1)

Most played songs:
1. Song A, Ann <b>& Co (2)
2. Song B, Bob (1)

The cards of the month, as a page to keep: brapped report --range 2026-10"""


@pytest.fixture(autouse=True)
def monthly(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BRAPPED_RECAP", "monthly")


@pytest.fixture
def played(warehouse: Warehouse) -> None:
    """Three plays in October; one that does not count, and one of November, by the listener's clock."""
    songs = [("A", "Ann <b>& Co"), ("B", "Bob"), ("A", "Ann <b>& Co")]
    told = [
        Told(OCTOBER + n * HOUR, 70_000, f"song{name}", f"Song {name}", artist)
        for n, (name, artist) in enumerate(songs)
    ]
    told += [
        Told(OCTOBER + DAY, 20_000, "songC", "Song C", "Cy"),
        Told(datetime(2026, 10, 31, 18, 45, tzinfo=UTC), 60_000, "songD", "Song D", "Di"),
    ]
    with warehouse.transaction() as tx:
        # Without a login, so that nothing else is to be told of them.
        ann = listeners.get_or_create_placeholder(tx, time_zone="Asia/Kolkata", now=OCTOBER)
        tell(tx, ann.listener_id, [("extended", told)])


def at(now: datetime) -> Looked:
    return notify(Settings.load(), now)


@pytest.mark.usefixtures("played")
def test_the_month_that_is_over_is_told_once_from_nine_on_its_first_local_day(mailbox: Mailbox) -> None:
    # September had no plays: nothing is said.
    assert at(FROM - MINUTE) == Looked()
    assert [at(now).told for now in (FROM, FROM + MINUTE, FROM + 20 * DAY)] == [1, 0, 0]
    (mail,) = mailbox.mails
    assert (mail["title"], mail["message"]) == ("Your October 2026", BODY)
    (page,) = mail["attachments"]
    assert (page["filename"], page["mimetype"]) == ("brapped-2026-10.html", "text/html")
    assert b"October 2026" in b64decode(page["base64"])


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("asked", ["weekly", "both"])
def test_a_week_that_is_over_is_told_once_from_nine_on_monday(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """15 October 2026, a Thursday, is in week 42; its Monday after, at nine in Kolkata."""
    monkeypatch.setenv("BRAPPED_RECAP", asked)
    monday = datetime(2026, 10, 19, 3, 30, tzinfo=UTC)
    assert [at(now).told for now in (monday - MINUTE, monday, monday + MINUTE, monday + 3 * DAY)] == [0, 1, 0, 0]
    assert [title for title, _ in mailbox.texts()] == [WEEK]
    # The next week had no plays of October's: nothing is said, and the month is told beside the weeks where both are.
    at(FROM)
    assert [title for title, _ in mailbox.texts()] == ["Your October 2026"] * (asked == "both")


@pytest.mark.usefixtures("played")
def test_a_machine_that_slept_over_the_first_tells_the_newest_month_only(mailbox: Mailbox) -> None:
    at(FROM + 40 * DAY)
    assert [title for title, _ in mailbox.texts()] == ["Your November 2026"]


@pytest.mark.usefixtures("played")
def test_a_recap_waits_for_a_poll_after_the_end_of_its_month(warehouse: Warehouse, mailbox: Mailbox) -> None:
    """A machine that slept over the first, and whose first poll fails, does not know the last days of the month."""
    with warehouse.transaction() as tx:
        ann = listeners.save_listener(
            tx, refresh_token="Ann", time_zone="Asia/Kolkata", now=OCTOBER, spotify_user_id="Ann"
        )
        polled(tx, ann.listener_id, FROM - 3 * DAY)
    recaps = []
    for hours in (0, 48):
        at(FROM + hours * HOUR)
        recaps.append([title for title, _ in mailbox.texts() if "2026" in title])
    with warehouse.transaction() as tx:
        polled(tx, ann.listener_id, FROM + 49 * HOUR)
    at(FROM + 50 * HOUR)
    recaps.append([title for title, _ in mailbox.texts() if "2026" in title])
    assert recaps == [[], [], ["Your October 2026"]]


@pytest.mark.usefixtures("played")
def test_a_recap_that_does_not_arrive_is_sent_again_without_its_page(mailbox: Mailbox) -> None:
    mailbox.behaves = "refuses"
    assert at(FROM) == Looked(undelivered=1)
    mailbox.behaves = "well"
    assert [at(FROM + minutes * MINUTE).told for minutes in (5, 20, 40)] == [0, 1, 0]
    (mail,) = mailbox.mails
    assert (mail["message"], mail["attachments"]) == (BODY, [])


@pytest.mark.usefixtures("played")
def test_nobody_gets_a_recap_who_did_not_ask_for_it(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRAPPED_RECAP")
    assert at(FROM) == Looked()
    assert mailbox.asked == 0


@pytest.mark.usefixtures("played")
def test_of_two_each_has_their_own_recap(warehouse: Warehouse, mailbox: Mailbox) -> None:
    with warehouse.transaction() as tx:
        for name, zone in (("Ann", "Asia/Kolkata"), ("Bob", "Europe/Berlin")):
            # The first is the one who was there before any login.
            newest = listeners.save_listener(
                tx, refresh_token=name, time_zone=zone, now=FROM, spotify_user_id=name, display_name=name
            )
            polled(tx, newest.listener_id, FROM - MINUTE)
        tell(tx, newest.listener_id, [("extended", [Told(OCTOBER, 120_000)])])
    told = []
    for now in (FROM, FROM + 5 * HOUR, FROM + DAY):
        at(now)
        told += [(now - FROM, title) for title, _ in mailbox.texts() if "October" in title]
    assert told == [(timedelta(0), "Ann's October 2026"), (5 * HOUR, "Bob's October 2026")]
