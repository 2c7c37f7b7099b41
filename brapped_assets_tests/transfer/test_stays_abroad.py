"""After an import: years in a country where it is another time are told, with the command that says so."""

import io
import json
import shlex
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from time_machine import travel

from brapped_assets.commands.import_history import import_files
from brapped_assets.commands.timezone import Wanted, time_zones
from brapped_assets.settings import Settings
from brapped_assets.transfer.stays_abroad import From, Stay, remarks, sentence, stays
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.zones import Span, Spans, changed
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import extended

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BEGIN = date(2019, 1, 5)
BERLIN: Spans = (Span(None, "Europe/Berlin"),)
Part = tuple[str, int, int]


def life(*parts: Part, begin: date = BEGIN) -> list[From]:
    """Days in a row in these countries: so many days of so many plays, from 06:00 to 20:00 UTC."""
    rows, day = [], begin
    for country, days, plays in parts:
        for _ in range(days):
            ends = (datetime.combine(day, time(hour), UTC) for hour in (6, 20))
            rows.append(From(day, country, plays, *ends))
            day += timedelta(days=1)
    return rows


def told(rows: Sequence[From], spans: Spans = BERLIN) -> list[tuple[str, int, str, str]]:
    return [
        (stay.country, stay.plays, f"{stay.first_at:%Y-%m-%d}", f"{stay.last_at:%Y-%m-%d}")
        for stay in stays(rows, spans)
    ]


def plain(text: str) -> str:
    """With the blanks that a browser may break at."""
    return " ".join(text.split())


def test_years_far_away_are_told_with_the_command_for_them() -> None:
    rows = life(("US", 730, 5), ("DE", 400, 5))
    (stay,) = stays(rows, BERLIN)
    assert stay == Stay("US", "Europe/Berlin", 3650, rows[0].first_at, rows[729].last_at)
    said = plain(sentence(stay, BERLIN, NOW, None))
    assert said.startswith(
        "United States: 3,650 plays there between Sat 5 Jan 2019 and Sun 3 Jan 2021 are counted in Europe/Berlin, "
        "where it was another time. If you lived there (or another region of it, like "
    )
    assert said.endswith(": brapped timezone America/New_York --from 2019-01-05 --until 2021-01-04")
    # Somebody who still lives there has no end to tell; one of several has a name.
    said = sentence(stay, BERLIN, stay.last_at + timedelta(days=5), "Ann B.")
    assert said.endswith(": brapped timezone America/New_York --from 2019-01-05 --listener 'Ann B.'")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("IN", 29, 50)], []),
        ([("IN", 30, 3)], []),
        ([("IN", 30, 4)], [("IN", 120, "2019-01-05", "2019-02-03")]),
        # A day of travel divides no stay, and a fortnight abroad is none.
        ([("IN", 20, 9), ("US", 1, 9), ("IN", 20, 9)], [("IN", 360, "2019-01-05", "2019-02-14")]),
        ([("DE", 100, 9), ("IN", 14, 90), ("DE", 100, 9)], []),
        # Every other day from elsewhere is a way of connecting and no life.
        ([("IN", 1, 9), ("DE", 1, 9)] * 100, []),
        # Not further than two hours, in winter or summer; another name of the same time; what no country is called.
        ([("FR", 400, 9), ("GB", 400, 9), ("GR", 400, 9), ("ZZ", 400, 9), ("", 400, 9)], []),
        # Three hours in winter, two in summer.
        ([("DE", 400, 9), ("AE", 400, 9)], [("AE", 3600, "2020-02-09", "2021-03-14")]),
    ],
)
def test_a_stay_is_told_when_it_is_long_far_and_heard_in(
    parts: list[Part], expected: list[tuple[str, int, str, str]]
) -> None:
    assert told(life(*parts)) == expected


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Honolulu", "US/Eastern", "America/Mexico_City"])
def test_a_country_is_near_when_one_of_its_regions_is(zone: str) -> None:
    assert told(life(("US", 400, 9)), (Span(None, zone),)) == []


def test_a_stay_that_the_zones_know_of_is_not_told() -> None:
    rows = life(("IN", 300, 9), ("DE", 300, 9))
    assert told(rows, (Span(None, "Asia/Kolkata"), Span(rows[300].first_at, "Europe/Berlin"))) == []
    # What they do not know of is.
    late = Span(rows[200].first_at, "Europe/Berlin")
    assert told(rows, (Span(None, "Asia/Kolkata"), late)) == [("IN", 900, "2019-07-24", "2019-10-31")]


COUNTRIES = st.sampled_from(["DE", "US", "IN", "AU", "BR", "NZ", "RU", "JP", "AE", "NP", "ZZ"])
PARTS = st.lists(st.tuples(COUNTRIES, st.sampled_from([1, 10, 35, 200]), st.sampled_from([1, 4, 20])), max_size=9)


@examples(30)
@given(PARTS, st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "UTC"]))
def test_whoever_does_what_is_told_is_told_nothing_more(parts: list[Part], zone: str) -> None:
    rows = life(*parts)
    spans: Spans = (Span(None, zone),)
    for stay in stays(rows, spans):
        words = shlex.split(sentence(stay, spans, NOW, None).rpartition(": ")[2])
        assert words[:2] == ["brapped", "timezone"]
        options = dict(zip(words[3::2], words[4::2], strict=True))
        spans = Wanted(words[2], options["--from"], options.get("--until")).applied(spans, NOW)
    assert stays(rows, spans) == []
    assert changed(spans, Span(None, zone)) == (Span(None, zone),)


def test_an_import_tells_of_it_and_the_command_mends_it(
    warehouse: Warehouse, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BRAPPED_TIMEZONE", "Europe/Berlin")
    at = datetime(2021, 5, 1, 20, tzinfo=UTC)
    rows = [
        extended(ts=f"{at + timedelta(hours=9 * n):%Y-%m-%dT%H:%M:%SZ}", conn_country="IN" if n < 200 else "DE")
        for n in range(300)
    ]
    file = tmp_path / "Streaming_History_Audio_2021_0.json"
    file.write_text(json.dumps(rows))
    out = io.StringIO()
    console = Console(file=out, width=400, color_system=None)
    assert import_files(Settings.load(), console, [str(file)]) == 0
    command = "brapped timezone Asia/Kolkata --from 2021-05-02 --until 2021-07-16"
    assert plain(out.getvalue().rstrip().splitlines()[-1]) == (
        "! India: 200 plays there between Sun 2 May 2021 and Thu 15 Jul 2021 are counted in Europe/Berlin, "
        f"where it was another time. If you lived there: {command}"
    )
    with travel(NOW, tick=False):
        wanted = Wanted("Asia/Kolkata", "2021-05-02", "2021-07-16")
        assert time_zones(Settings.load(), console, wanted, confirmed=True) == 0
    with warehouse.transaction() as tx:
        (me,) = listeners.listeners(tx)
        assert remarks(tx, me.listener_id, NOW) == []
        hours = tx.execute("select played_at_local from bi.plays order by played_at limit 1").fetchone()
    assert hours == {"played_at_local": datetime.fromisoformat("2021-05-02T01:30:00")}
