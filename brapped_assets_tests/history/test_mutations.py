"""Files as disks, downloads and text editors leave them: read whole, or refused in words, and nothing in between."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event, given
from hypothesis import strategies as st

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.model import OddRow, Row
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import ADDRESS, AUDIO, FOLDER, account, extended, nameless, zipped

ROWS = [extended(ms_played=number, master_metadata_track_name=f"Rain é🎧 {number}") for number in range(20)]
ROWS += [nameless(), nameless(episode_name="One"), account(), extended(offline=True, offline_timestamp=1679249719)]
LINES = json.dumps(ROWS, ensure_ascii=False, indent=1).encode().splitlines(keepends=True)
FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=3)


def flipped(content: bytes, flips: list[tuple[float, int]]) -> bytes:
    changed = bytearray(content)
    for where, byte in flips:
        if changed:
            changed[int(where * len(changed))] = byte
    return bytes(changed)


def outcome(path: Path) -> list[Row] | HistoryError:
    """All rows of all histories at a path, or the one error; anything else is a traceback."""
    try:
        return [row for file in find_histories(path).files for row in file.read()]
    except HistoryError as error:
        return error


@examples(500)
@given(
    flips=FLIPS,
    doubled=st.lists(st.integers(0, len(LINES) - 1), max_size=2),
    lost=st.lists(st.integers(0, len(LINES) - 1), max_size=2),
    cut=st.sampled_from([1, 1, 1, 0.97, 0.5, 0.1, 0]),
)
def test_a_mutated_file_is_read_whole_or_refused(
    flips: list[tuple[float, int]], doubled: list[int], lost: list[int], cut: float
) -> None:
    lines = [line * (1 + doubled.count(place)) for place, line in enumerate(LINES) if place not in lost]
    content = flipped(b"".join(lines), flips)
    content = content[: int(len(content) * cut)]
    with TemporaryDirectory() as folder:
        path = Path(folder, AUDIO)
        path.write_bytes(content)
        found = outcome(path)
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    event(f"{type(found).__name__}, JSON: {type(document).__name__}")
    if isinstance(found, HistoryError):
        assert not isinstance(document, list)
        assert found.reason.endswith((".", "…"))
        assert ADDRESS not in str(found)
        assert "Rain" not in str(found)
    else:
        assert isinstance(document, list)
        assert len(found) == len(document)
        assert all(ADDRESS not in row.payload_text for row in found if isinstance(row, OddRow))


@examples(200)
@given(flips=FLIPS, cut=st.sampled_from([1, 1, 1, 0.99, 0.5, 0]))
def test_a_mutated_zip_is_read_whole_or_refused(flips: list[tuple[float, int]], cut: float) -> None:
    with TemporaryDirectory() as folder:
        path = zipped(Path(folder, "x.zip"), {f"{FOLDER}/{AUDIO}": b"".join(LINES), "Userdata.json": b"{}"})
        content = flipped(path.read_bytes(), flips)
        path.write_bytes(content[: int(len(content) * cut)])
        found = outcome(path)
    event(type(found).__name__)
    if isinstance(found, list):
        assert len(found) == len(ROWS)
