"""The benchmarks run: no times here, only that the command is whole."""

import pytest

from bench.__main__ import BENCHMARKS, main

pytestmark = pytest.mark.slow


def test_the_command_lists_its_benchmarks(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in BENCHMARKS)


def test_a_name_nobody_knows_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["coffee"])
    assert ended.value.code == 2
    assert "no benchmark is called coffee" in capsys.readouterr().err


def test_a_benchmark_prints_its_figures_beside_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    main(["merge"])
    printed = capsys.readouterr().out
    assert "merge of 1,000 landed" in printed
    assert "INSERT … SELECT" in printed
