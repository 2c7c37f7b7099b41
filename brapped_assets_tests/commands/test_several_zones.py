"""`brapped timezone` for a life in several zones: what a change changes is shown first, and can be taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console
from time_machine import travel

from brapped_assets.commands.timezone import Wanted, time_zones
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse import listeners, zones
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import UnknownZone
from brapped_assets.warehouse.zones import Span
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import Told, tell

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
# Before, at and after midnight of 1 March 2024 in Berlin, and in July.
ENDS = [datetime(2024, 2, 29, 22, 59, 59, tzinfo=UTC), datetime(2024, 2, 29, 23, 0, tzinfo=UTC),
        datetime(2024, 3, 1, 0, 0, tzinfo=UTC), datetime(2025, 7, 1, 21, 30, tzinfo=UTC)]  # fmt: skip
Asked = Callable[..., tuple[int, str]]


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        me = listeners.get_or_create_placeholder(tx, time_zone="Asia/Kolkata", now=NOW).listener_id
        tell(tx, me, [("extended", [Told(at, 60_000) for at in ENDS])])
    return me


@pytest.fixture
def timezone(me: int, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Asked:
    assert me
    monkeypatch.setenv("DATABASE_URL", database_url)

    def asked(zone: str | None = None, *, answer: bool | None = True, **wanted: str) -> tuple[int, str]:
        """Exit code and output, at a terminal where somebody answers, or (None) without one."""
        out = StringIO()
        console = Console(file=out, force_terminal=answer is not None, width=200, color_system=None)
        monkeypatch.setattr("rich.prompt.Confirm.ask", lambda *_args, **_more: answer)
        with travel(NOW, tick=False):
            code = time_zones(Settings.load(), console, Wanted(zone, **wanted))
        return code, " ".join(out.getvalue().split())

    return asked


def lived(warehouse: Warehouse, me: int) -> tuple[list[str], list[tuple[str, str]]]:
    """The local times of all plays, and the zones."""
    with warehouse.transaction() as tx:
        rows = tx.execute("select played_at_local as at from bi.plays order by played_at").fetchall()
        spans = zones.spans_of_listener(tx, me)
    return (
        [f"{row['at']:%Y-%m-%d %H:%M:%S}" for row in rows],
        [(f"{span.from_at:%Y-%m-%d %H:%M}" if span.from_at else "", span.time_zone) for span in spans],
    )


KOLKATA = ["2024-03-01 04:29:59", "2024-03-01 04:30:00", "2024-03-01 05:30:00", "2025-07-02 03:00:00"]
BERLIN = ["2024-02-29 23:59:59", "2024-03-01 00:00:00", "2024-03-01 01:00:00", "2025-07-01 23:30:00"]


def test_from_a_day_on_the_new_zone_holds_and_the_days_before_stay(
    warehouse: Warehouse, me: int, timezone: Asked
) -> None:
    code, said = timezone("Europe/Berlin", begins="2024-03-01")
    assert code == 0
    assert "from the beginning Asia/Kolkata from 2024-03-01 Europe/Berlin holds now" in said
    assert "3 of 4 plays get another local time: 3 another hour, 1 another day." in said
    assert "They ended between 2024-03-01 00:00 and 2025-07-01 23:30." in said
    assert said.endswith("Europe/Berlin holds now. 3 plays have their new local time.")
    assert lived(warehouse, me) == (
        [KOLKATA[0], *BERLIN[1:]],
        [("", "Asia/Kolkata"), ("2024-02-29 23:00", "Europe/Berlin")],
    )
    assert timezone() == (0, "from the beginning Asia/Kolkata from 2024-03-01 Europe/Berlin holds now")


def test_a_move_is_taken_back_by_its_day_or_its_instant(warehouse: Warehouse, me: int, timezone: Asked) -> None:
    for back in ("2024-03-01", "2024-03-01T00:00+01:00", "2024-02-29T23:00Z"):
        timezone("Europe/Berlin", begins="2024-03-01")
        assert timezone(back=back)[0] == 0
        assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Kolkata")])
    timezone("Europe/Berlin", begins="2024-03-01T00:30")
    with pytest.raises(SettingsError, match=r"The moves are: 2024-03-01T00:30:00\+01:00"):
        timezone(back="2024-03-02")
    assert timezone(back="2024-03-01")[0] == 0
    assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Kolkata")])


def test_a_stay_ends_where_the_zone_of_before_holds_again(warehouse: Warehouse, me: int, timezone: Asked) -> None:
    assert timezone("Europe/Berlin", begins="2024-03-01", ends="2025-01-01")[0] == 0
    assert lived(warehouse, me) == (
        [KOLKATA[0], *BERLIN[1:3], KOLKATA[3]],
        [("", "Asia/Kolkata"), ("2024-02-29 23:00", "Europe/Berlin"), ("2024-12-31 18:30", "Asia/Kolkata")],
    )
    # The whole life in one zone again.
    assert timezone("Europe/Berlin")[0] == 0
    assert lived(warehouse, me) == (BERLIN, [("", "Europe/Berlin")])


def test_nothing_is_done_unless_somebody_agrees(warehouse: Warehouse, me: int, timezone: Asked) -> None:
    code, said = timezone("Europe/Berlin", answer=False)
    assert (code, said.endswith("Nothing was changed.")) == (1, True)
    with pytest.raises(SettingsError, match="add --yes"):
        timezone("Europe/Berlin", answer=None)
    assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Kolkata")])
    # Where no play changes nobody is asked.
    assert timezone("Asia/Calcutta", answer=None)[0] == 0
    assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Calcutta")])


@pytest.mark.parametrize(
    ("asked", "words"),
    quick_of(
        5,
        [
            (("EST", {}), "America/New_York"),
            (("Europe/Berlin", {"begins": "soon"}), "'soon' is no date. It looks like 2024-03-01"),
            (("Europe/Berlin", {"begins": "2024-02-30"}), "is no date"),
            (("Europe/Berlin", {"begins": "0001-01-01"}), "lies outside of what can be"),
            (("Europe/Berlin", {"begins": "9999-12-31"}), "lies outside of what can be"),
            (("Europe/Berlin", {"begins": "2026-11-30"}), "2026-11-30 lies ahead in Europe/Berlin"),
            (
                ("Europe/Berlin", {"begins": "2024-03-01", "ends": "2024-02-01"}),
                "--until 2024-02-01 is not after --from",
            ),
            ((None, {"begins": "2024-03-01"}), "Name the region, too"),
            (("Europe/Berlin", {"back": "2024-03-01"}), "--take-back goes alone"),
            ((None, {"back": "2024-03-01"}), "The moves are: none."),
        ],
    ),
    ids=str,
)
def test_what_cannot_be_meant_is_refused_in_words_and_changes_nothing(
    warehouse: Warehouse, me: int, timezone: Asked, asked: tuple[str | None, dict[str, str]], words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        timezone(asked[0], **asked[1])
    assert words in str(refused.value)
    assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Kolkata")])


def test_a_change_that_was_interrupted_is_finished_by_repeating_it(
    warehouse: Warehouse, me: int, timezone: Asked
) -> None:
    with warehouse.transaction() as tx:
        # Killed after the zones were written.
        zones.write(tx, me, (Span(None, "Europe/Berlin"),))
    assert lived(warehouse, me)[0] == KOLKATA
    assert timezone("Europe/Berlin")[0] == 0
    assert lived(warehouse, me)[0] == BERLIN


def test_a_zone_that_the_server_does_not_know_is_refused_before_anything_is_written(
    warehouse: Warehouse, me: int, timezone: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brapped_assets.commands.timezone.why_refused", lambda _zone: None)
    with pytest.raises(UnknownZone, match="does not know the time zone Mars/Olympus"):
        timezone("Mars/Olympus")
    assert lived(warehouse, me) == (KOLKATA, [("", "Asia/Kolkata")])
