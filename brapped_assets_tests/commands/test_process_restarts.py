"""Parts that end are started again, and nothing outlives who keeps it: with small programs in place of the parts."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.services import process_restarts
from brapped_assets.services.process_restarts import PAUSES, WITHIN_SECONDS, pause_before_start
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, hang_ups_heard, wait_until
from brapped_assets_tests.examples import quick_of

Keeping = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
# Keeps a program called as each word of its arguments; says what ends.
KEEPER = """
import sys
from pathlib import Path
from brapped_assets.services import process_restarts
from brapped_assets.services.parts import Part
import os
process_restarts.PAUSES = (0.01, 0.01)
class Log:
    is_ending = False
    def write(self, name, line):
        print(name, line, "(while all end)" if self.is_ending else "", flush=True)
def ended(part, code, pause):
    print("ended", part, code, pause, flush=True)
kept = process_restarts.Keeper(Path.cwd(), Log(), ended)
for word in sys.argv[1:]:
    kept.add(Part(word), process_restarts.kept_program([sys.executable, "-m", word]), dict(os.environ))
print("told to stop" if kept.keep(lambda: len(kept.down) == len(sys.argv) - 1, lambda: False) else "all down")
"""
LIVES_ON = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("here", child.pid, flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", flush=True)
time.sleep(60)
"""
LAST_WORDS = """
import os, signal, sys, time
def end(*_):
    # It may come while `print` is at work.
    os.write(1, b"Traceback of its own\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("here", flush=True)
time.sleep(60)
"""
ENDS = "print('here', flush=True); raise SystemExit(3)"


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=8).map(sorted))
def test_the_third_end_within_ten_minutes_is_the_last_and_an_earlier_one_counts_no_more(ends: list[float]) -> None:
    recent = [end for end in ends if ends[-1] - end < WITHIN_SECONDS]
    pause = pause_before_start(ends)
    assert (pause is None) == (len(recent) >= 3)
    assert pause is None or pause == PAUSES[len(recent) - 1]


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    @contextmanager
    def run(**programs: str) -> Iterator["subprocess.Popen[str]"]:
        for name, text in programs.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "BRAPPED_HOME": str(tmp_path / "home")}
        command = [sys.executable, "-c", KEEPER, *programs]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return run


def until_here(process: "subprocess.Popen[str]", times: int = 1, word: str = " here") -> None:
    assert process.stdout is not None
    while times:
        line = process.stdout.readline()
        assert line
        times -= word in line


def everything_below(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    found = psutil.Process(process.pid).children(recursive=True)
    assert found
    return found


@pytest.fixture
def _heard() -> Iterator[None]:
    with hang_ups_heard():
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("_heard")
@pytest.mark.parametrize("how", quick_of(1, ["SIGTERM", "SIGINT", "SIGHUP"]))
def test_whoever_asks_it_to_stop_leaves_nothing(keeping: Keeping, how: str) -> None:
    with keeping(pages=LIVES_ON, web=LIVES_ON) as process:
        until_here(process, 2)
        below = everything_below(process)
        process.send_signal(getattr(signal, how))
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert "told to stop" in said
    assert "ended" not in said
    assert [one for one in below if _lives(one)] == []


def test_the_last_words_of_a_part_that_was_asked_to_end_are_no_trouble(keeping: Keeping) -> None:
    with keeping(pages=LAST_WORDS) as process:
        until_here(process)
        process.terminate()
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert "Traceback of its own (while all end)" in said


@pytest.mark.slow
def test_a_hang_up_that_was_ignored_before_is_ignored(keeping: Keeping) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with keeping(pages=LIVES_ON) as process:
            until_here(process)
            process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.terminate()
            assert "told to stop" in process.communicate(timeout=PATIENCE_SECONDS)[0]
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_when_the_keeper_is_killed_its_programs_and_theirs_end_themselves_the_deaf_ones_too(
    keeping: Keeping,
) -> None:
    with keeping(pages=LIVES_ON, web=DEAF) as process:
        until_here(process, 2)
        below = everything_below(process)
        process.kill()
        wait_until(lambda: not any(map(_lives, below)), "nothing is left")


@pytest.mark.slow
def test_what_ends_is_started_again_twice_then_stays_down_and_the_other_goes_on(
    keeping: Keeping,
) -> None:
    with keeping(pages=ENDS, web=LIVES_ON) as process:
        until_here(process, word="ended pages 3 None")
        (web,) = [one for one in everything_below(process) if "web" in one.cmdline()]
        assert _lives(web)
        process.terminate()
        assert "told to stop" in process.communicate(timeout=PATIENCE_SECONDS)[0]


def test_its_ends_are_told_with_the_pause_before_the_next_start(keeping: Keeping) -> None:
    with keeping(pages=ENDS) as process:
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    told = [line for line in said.splitlines() if line.startswith("ended")]
    assert told == ["ended pages 3 0.01", "ended pages 3 0.01", "ended pages 3 None"]
    assert "all down" in said


def test_how_a_program_ended_is_said_in_words() -> None:
    assert process_restarts.how_it_ended(-9) == "killed by signal 9"
    assert process_restarts.how_it_ended(1) == "exit code 1"


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
