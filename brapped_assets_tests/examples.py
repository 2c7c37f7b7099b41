"""How many examples a property is tried with, and cases a test: all in `make check`, fewer in `make test` and CI."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings

IN_FULL = 100
# A database is not made anew for each example, and no machine is too slow; nothing is kept from run to run.
settings.register_profile(
    "thorough",
    max_examples=IN_FULL,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# The same ones each time: what has passed passes again, here and in CI. New ones are looked for by the thorough.
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=10, derandomize=True)
settings.load_profile("thorough")


def examples(times: int) -> settings:
    """Decorates a property: `times` examples in full, and of them what the chosen profile has of its 100."""
    return settings(max_examples=max(2, times * settings().max_examples // IN_FULL))


def quick_of(quick: int, cases: Iterable[object]) -> list[object]:
    """Cases for `parametrize`: all are tried in `make check`, and the first `quick` of them in `make test` and CI.

    A case is what stands in for one name, or a tuple for several.
    """
    marks = (pytest.mark.slow, pytest.mark.thorough)
    return [
        case if nth < quick else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=marks)
        for nth, case in enumerate(cases)
    ]
