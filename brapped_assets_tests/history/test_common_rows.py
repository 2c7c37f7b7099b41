"""Rows read straight into their fields are what the parser of any row makes of them."""

import json
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.common_rows import days_and_accounts, usual_rows
from brapped_assets.history.json_stream import decode_all
from brapped_assets.history.model import HistoryPlay, OtherRow, Row, SpokenPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import ADDRESS, AGENT, ID, account, extended, nameless, written

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLDER = {"ip_addr_decrypted": ADDRESS, "user_agent_decrypted": AGENT, "username": "asha"}
OF_BOOKS = ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title", "ip_addr")
# Of each key what is usual, what is not, and what is odd.
VALUES: dict[str, list[Any]] = {
    "ts": [
        "2024-04-20T18:15:22Z",
        "2024-04-20T18:15:22.5Z",
        "2024-04-20 20:15:22+02:00",
        "2004-04-20T18:15:22Z",
        "",
        7,
    ],
    "ms_played": [0, 1000, 1000.0, 1000.5, "1000", True, None, -1, 10**8, 10**30, 10**4000],
    "spotify_track_uri": [None, "", "spotify:local:a:b:c:1", "spotify:track:x", f"spotify:track:{ID[:-1]}é", 5],
    "master_metadata_track_name": [None, "", 'Rä\tin "\\ ', "\x00", "\ud800", 1979, True, []],
    "master_metadata_album_album_name": [None, "", 21, {}],
    "episode_name": ["An episode", None, ""],
    "audiobook_uri": ["spotify:show:x", None],
    "offline": [True, False, None, 1, "yes", "?"],
    "offline_timestamp": [1679249719, 1679249719000, 1.5e9, "1679249719", 0, None, 10**30],
    "skipped": [None, 1, "false"],
    "a key of next year": [1, "[", [[]]],
    "endTime": ["2024-01-05 14:23"],
    "brapped": [{}],
}
ROWS = st.builds(
    lambda row, values: row | values,
    st.sampled_from([extended(), nameless(), extended(**OLDER)]),
    st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in VALUES.items()}),
)
USUAL = [extended(), extended(offline=True, offline_timestamp=1679249719), nameless(), nameless(episode_name="One")]


def of_any(text: str) -> list[Row] | None:
    found = decode_all(text)
    return None if found is None else [parse_row(row, now=NOW) for row in found]


@examples(300)
@given(rows=st.lists(ROWS, min_size=1, max_size=3), is_ascii=st.booleans())
def test_rows_are_read_as_any_row_or_left_to_its_parser(rows: list[dict[str, Any]], is_ascii: bool) -> None:
    # No file's text has half a character, but for an escaped one.
    text = ",".join(json.dumps(row, ensure_ascii=is_ascii) for row in rows).encode(errors="replace").decode()
    assert usual_rows(text, NOW) in (None, of_any(text))


@examples(300)
@given(at=st.integers(0, 3000), signs=st.text(' \n\t\x01\x7f"\\,:{}[]eE+-.0u9é', max_size=2), cut=st.integers(0, 2))
def test_nothing_is_read_out_of_a_text_that_is_no_json(at: int, signs: str, cut: int) -> None:
    text = ",".join(map(json.dumps, USUAL))
    mutated = text[:at] + signs + text[at + cut :]
    assert usual_rows(mutated, NOW) in (None, of_any(mutated))


@pytest.mark.parametrize("row", [extended(), nameless(), nameless(episode_name="One"), extended(**OLDER)])
def test_what_spotify_writes_is_not_left_to_the_parser_of_any_row(row: dict[str, Any]) -> None:
    text = json.dumps(row)
    assert usual_rows(text, NOW) == of_any(text)
    older = json.dumps({key: value for key, value in row.items() if key not in OF_BOOKS})
    assert usual_rows(older, NOW) == of_any(older)


def test_both_kinds_of_a_row_are_told_apart() -> None:
    found = usual_rows(",".join(map(json.dumps, USUAL)), NOW)
    assert found is not None
    assert [type(row) for row in found] == [HistoryPlay, HistoryPlay, OtherRow, SpokenPlay]
    assert usual_rows(json.dumps(account()), NOW) is None


def test_a_glance_tells_the_days_and_the_accounts_of_rows_of_either_kind() -> None:
    rows = [extended(), account(), extended(**OLDER, later=[{}]), {"ts": None, "endTime": ""}]
    found = days_and_accounts(",".join(map(json.dumps, rows)))
    assert found == ({"2025-04-28", "2024-01-05", ""}, {"asha"})
    assert days_and_accounts(json.dumps(extended(ts=7))) is None
    assert days_and_accounts('{"x": ' + "[" * 200_000 + "]" * 200_000 + "}") is None


def test_only_rows_near_the_days_asked_for_are_decoded_and_all_accounts_told(tmp_path: Path) -> None:
    old = [extended(ts="2020-01-01T00:00:00Z", username="asha")] * 3000
    near, new = extended(ts="2020-01-02T00:00:00Z"), [extended()] * 3000
    file = written(tmp_path, [*old, near, *new])
    found = list(chain.from_iterable(file.items_of_days(lambda day: day == "2020-01-02")))
    assert near in found
    assert len(found) < 1000
    assert {row.get("username") for row in found} == {"asha", None}
    assert list(chain.from_iterable(file.items_of_days(lambda _: True))) == [*old, near, *new]
