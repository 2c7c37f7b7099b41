"""The packages Brapped stands on, without asking a network: pinned, agreeing with each other, and of known licences."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
# Needed to install, by nobody at run time.
TO_BUILD_WITH = {"setuptools", "wheel", "pip"}
PERMISSIVE = re.compile(r"\b(Apache|MIT|0?BSD|ISC|PSF|Python Software Foundation|Zlib|CC0|DFSG approved)\b")
# Weak copyleft: used as they come, so that only changes to the packages themselves would have to be published.
WEAK = {
    "psycopg": "LGPL", "psycopg-binary": "LGPL", "psycopg-pool": "LGPL", "psycopg2-binary": "LGPL",
    "certifi": "MPL", "pathspec": "MPL", "tqdm": "MPL", "hypothesis": "MPL",
}  # fmt: skip


@cache
def needed() -> dict[str, list[Requirement]]:
    """Every package of a working environment, by its requirements: what Brapped needs, and what those need."""
    found: dict[str, list[Requirement]] = {}
    waiting = [Requirement("brapped[dev]")]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        for text in distribution(name).requires or ():
            next_one = Requirement(text)
            extras = [{"extra": extra} for extra in requirement.extras or {""}]
            if next_one.marker is None or any(next_one.marker.evaluate(extra) for extra in extras):
                waiting.append(next_one)
    del found["brapped"]
    return found


def pinned() -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines if line)}


def licences(package: Distribution) -> Iterator[str]:
    told = package.metadata
    if expressions := told.get_all("License-Expression"):
        # All of `A AND B`, any of `A OR B`.
        yield from expressions[0].strip("()").split(" AND ")
        return
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License")]
    named = [text.split("\n")[0] for text in told.get_all("License") or ()]
    # What tells nothing of its licence brings its text, which begins with the name.
    texts = [file.read_text().split("\n")[0] for file in package.files or () if file.stem == "LICENSE"]
    yield from classified or named or texts or ["unknown"]


@pytest.mark.pinned
@pytest.mark.skipif(sys.platform != "linux", reason="the pins are those of Linux")
def test_every_package_is_pinned_at_the_version_that_is_installed_and_no_other() -> None:
    installed = {name: distribution(name).version for name in needed()}
    pins = pinned()
    assert {name: (version, pins.get(name)) for name, version in installed.items() if pins.get(name) != version} == {}
    assert set(pins) - set(installed) - TO_BUILD_WITH == set()


def test_every_package_is_content_with_the_others() -> None:
    """What `pip check` says."""
    torn = [
        f"{requirement}, installed {distribution(name).version}"
        for name, requirements in needed().items()
        for requirement in requirements
        if not requirement.specifier.contains(distribution(name).version, prereleases=True)
    ]
    assert torn == []


def test_no_package_brings_a_licence_that_nobody_has_looked_at() -> None:
    odd = {
        name: licence
        for name in needed()
        for licence in licences(distribution(name))
        if not PERMISSIVE.search(licence) and WEAK.get(name, "-") not in licence.replace("Mozilla Public", "MPL")
    }
    assert odd == {}
    assert not set(WEAK) - set(needed())
