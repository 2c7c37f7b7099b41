# ruff: noqa: RUF001 (letters of many scripts are what this is about)
"""Text of other people's does nothing but show, wherever it comes out: properties, and every way out for real."""

import io
import json
import logging
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

import brapped_assets
from brapped_assets.assets.error_to_failure import failure
from brapped_assets.commands.status_markdown import summary
from brapped_assets.console.screen import Screen, escape
from brapped_assets.notifications.delivery import deliver
from brapped_assets.rendering.environment import environment
from brapped_assets.services.process_log import ProcessLog
from brapped_assets.settings import Settings
from brapped_assets.text.plain import JOINER, NON_JOINER, SIGNS, PlainRecord, calm, plain, plain_lines
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS
from brapped_assets_tests.examples import examples
from brapped_assets_tests.notifications.mailbox import Mailbox

SOURCE = Path(brapped_assets.__file__).parent
# Colours, a title, a cursor; C1's own; bidi; zero widths; a tag; breaks of each kind.
EVIL = "a\x1b[31mRED\x1b]0;pwn\x07\x9b31m\u202egnp.exe\u2066\u200b\ufeff\u00ad\U000e0041b\rc\nd\x85e\u2028f\u2029g\x00"
PLAIN = "a�[31mRED�]0;pwn��31mgnp.exeb c d e f g�"
hostile = st.text(st.one_of(st.characters(), st.sampled_from(EVIL), st.sampled_from(JOINER + NON_JOINER)), max_size=30)


def harmless(text: str) -> bool:
    """Whether a terminal shows it from left to right as it stands, in one line."""
    kinds = {unicodedata.category(sign) for sign in text if sign not in SIGNS and sign not in (JOINER, NON_JOINER)}
    return not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(hostile)
@examples(200)
def test_plain_text_does_nothing_but_show_and_what_is_plain_stays(text: str) -> None:
    found = plain(text)
    assert harmless(found)
    assert plain(found) == found
    # A joiner joins two signs that can be joined.
    for nth, sign in enumerate(found):
        if sign in (JOINER, NON_JOINER):
            assert 0 < nth < len(found) - 1
            assert not found[nth - 1].isascii()
            assert not found[nth + 1].isascii()
    assert plain_lines(text).count("\n") == text.replace("\r\n", "\n").count("\n")
    kept = [sign for sign in text if unicodedata.category(sign)[0] in "LNPSM"]
    assert [sign for sign in found if unicodedata.category(sign)[0] in "LNPSM" and sign != "�"] == [
        sign for sign in kept if sign != "�"
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, PLAIN),
        ("Motörhead – “Ace of Spades” №1 ½", "Motörhead – “Ace of Spades” №1 ½"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("🏳️\u200d🌈", "🏳️\u200d🌈"),
        ("👩🏽\u200d🎤", "👩🏽\u200d🎤"),
        ("\u0601 ١٢", "\u0601 ١٢"),
        ("pay\u200dpal\u200c.com", "paypal.com"),
        ("\u200dء\u200d", "ء"),
        ("עברית \u200f(חי)", "עברית (חי)"),
        ("\ud800x", "�x"),
        ("", ""),
    ],
    ids=ascii,
)
def test_what_people_write_stays_readable(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_nothing_reaches_the_terminal_raw_whatever_it_is_printed_as() -> None:
    for terminal in (True, False):
        out = io.StringIO()
        screen = Screen(file=out, force_terminal=terminal, width=300, highlight=False, color_system=None)
        table = Table("x")
        table.add_row(EVIL)
        for shown in (EVIL, Text(EVIL), Panel(EVIL, title=EVIL), table, Text.from_markup(f"[bold]{escape(EVIL)}[/]")):
            screen.print(shown)
        screen.print(escape(EVIL), soft_wrap=True)
        with screen.status(EVIL):
            pass
        said = out.getvalue()
        for raw in ("\x1b[31m", "\x1b]0", "\x07", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\x85", "\x00"):
            assert raw not in said, (terminal, raw)
        assert PLAIN in said


def test_json_for_programs_says_everything_and_nothing_raw() -> None:
    out = io.StringIO()
    Screen(file=out, width=80).print_json(json.dumps({"name": EVIL}))
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()
    assert json.loads(out.getvalue()) == {"name": EVIL}


def test_logs_are_plain_tracebacks_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    logger, handler = logging.getLogger("brapped.test"), logging.StreamHandler(out)
    logger.addHandler(handler)
    logger.propagate = False
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(PlainRecord)
    try:
        logger.warning("of %s", EVIL)
        try:
            int(EVIL)
        except ValueError:
            logger.exception("and")
    finally:
        logging.setLogRecordFactory(before)
    assert all(map(harmless, out.getvalue().splitlines()))
    assert out.getvalue().splitlines()[0] == f"of {PLAIN}".replace(" c d", " c\nd").splitlines()[0]
    log = ProcessLog(tmp_path / "log", Screen(width=400))
    log.write("pages", f"SomeError: {EVIL}")
    (line,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    # Colours, which Dagster likes, leave no trace.
    said = f"SomeError: {PLAIN.replace('�[31m', '', 1)}"
    assert line.endswith(said)
    assert f"pages: {said}" in capsys.readouterr().out


def test_messages_events_and_summaries_are_plain(mailbox: Mailbox) -> None:
    deliver(Settings.load(), f"Brapped: {EVIL}", f"{EVIL}\n\nand more")
    ((title, text),) = mailbox.texts()
    assert title == f"Brapped: {PLAIN}"
    assert all(map(harmless, text.split("\n")))
    assert all(map(harmless, str(failure(WarehouseError(EVIL)).description).split("\n")))
    state = {"healthy": False, "listeners": [], "calls_left_today": 1, "stored_megabytes": 1}
    problem = {"problem": f"<img src=x> [a](b) `c` *d* | {EVIL}", "remedy": "brapped sync"}
    *_, line = summary(state | {"problems": [problem]}).split("\n")
    assert harmless(line)
    assert not set(line.removesuffix(" **brapped sync**").removeprefix("- ")) & set("<>[]`*|!\\")


def test_only_one_place_makes_consoles_and_escapes_markup() -> None:
    makers = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "rich.markup" in line or ("Console(" in line and "class " not in line)
    }
    assert makers == {"console/screen.py"}


@pytest.mark.skipif(sys.platform == "win32", reason="terminals there are no files")
def test_a_terminal_that_is_closed_ends_nothing() -> None:
    main, end = os.openpty()
    says = (
        "import sys; from brapped_assets.console.screen import Screen; screen = Screen(); screen.print('here');"
        "sys.stdin.read(); [screen.print('and on' * 20) for _ in range(200)]; raise SystemExit(7)"
    )
    with subprocess.Popen([sys.executable, "-c", says], stdin=subprocess.PIPE, stdout=end, stderr=end) as process:
        os.close(end)
        assert b"here" in os.read(main, 100)
        os.close(main)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 7


@pytest.mark.parametrize(
    "name", ["Beyoncé", "Việt Nam", "Vie\u0323\u0302t", "שִׁ֔יר", "مُحَمَّد", "นี้น้ำ", "नमस्ते", "Z\u0335\u0321\u031b\u0314\u034d"]
)
def test_marks_of_languages_stay(name: str) -> None:
    assert calm(name) == name


def test_a_heap_of_marks_is_cut_wherever_a_template_writes_it() -> None:
    heap, rest = "Z" + "\u0301" * 800 + "x", "Z" + "\u0301" * 5 + "x"
    written = environment().from_string("{{ name }} {{ _('At least %(what)s', what=name) }}").render(name=heap)
    assert written == f"{rest} At least {rest}"
