"""What the documents name is there: links and their headings, commands and their options, settings, files."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from brapped_assets.cli import app
from brapped_assets.settings import Settings

HERE = Path(__file__).parents[1]
DOCUMENTS = sorted([*HERE.glob("*.md"), *HERE.glob("docs/*.md")])
SETTINGS = {name.upper() for name in Settings.model_fields}
# A name that Kubernetes makes of a Service; and what our notebook and dbt project ask for.
OTHERS = {"BRAPPED_PAGES_PORT", "BRAPPED_EXPORT"}
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
# Code spans, fenced blocks and indented ones.
CODE = re.compile(r"^```\w*\n(.*?)^```$|^ {4,}(\S[^\n]*)$|`([^`]+)`", re.DOTALL | re.MULTILINE)


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def code_of(document: Path) -> Iterator[str]:
    """Line by line, without comments at their ends."""
    for found in CODE.finditer(text_of(document)):
        code = next(filter(None, found.groups()), "")
        for line in re.sub(r"\s+", " ", code).splitlines() if found.group(3) else code.splitlines():
            yield re.sub(r"\s#.*", "", line)


def headings(document: Path) -> set[str]:
    """As GitHub names their anchors."""
    lines = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}


def commands() -> dict[str, Any]:
    """By name, each as the parser has it."""
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def of_each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)


@of_each()
def test_a_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert file.is_relative_to(HERE), target
        assert not anchor or anchor in headings(file), target


@of_each()
def test_a_command_is_one_and_takes_these_options(document: Path) -> None:
    there = commands()
    for line in code_of(document):
        for name, rest in re.findall(r"(?:^|[ /])brapped ([a-z][a-z-]+)\b(?!/)([^|;&`]*)", line):
            if name in {"brapped", "dagster"}:
                # An image's name before its command, a release's before its chart.
                continue
            command = there.get(name)
            assert command is not None, line
            if name == "postgres":
                continue
            known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
            asked = set(re.findall(r"(?<=[ \[])--?[a-z][a-z-]*", rest))
            assert asked - known - {"--help"} == set(), line


@of_each()
def test_a_setting_is_one_and_a_file_is_there(document: Path) -> None:
    for line in code_of(document):
        assert set(re.findall(r"\bBRAPPED_[A-Z_]+\b", line)) - SETTINGS - OTHERS == set(), line
        for path in re.findall(r"(?<![\w/.-])((?:deploy|docs|bench)/[\w./-]*\w)", line):
            assert (HERE / path).exists(), line
        for name in re.findall(r"python -m bench (\w+)", line):
            assert (HERE / "bench" / f"{name}.py").is_file() or (HERE / "bench" / name / "__init__.py").is_file(), line


def test_a_module_that_a_document_or_a_comment_names_is_there() -> None:
    tree = [
        file for top in HERE.glob("brapped_assets*") for file in top.rglob("*") if file.suffix in {".py", ".sql", ".md"}
    ]
    places = {file.as_posix() for file in [*tree, *DOCUMENTS]}
    for file in [*DOCUMENTS, *(one for one in tree if "brapped_assets" in one.relative_to(HERE).parts)]:
        for name in re.findall(r"(?<![\w./*-])((?:[a-z_0-9]+/)+[a-z_0-9]+\.(?:py|sql))\b(?!\.)", text_of(file)):
            # The guide's own asset.
            assert name.endswith("defs/mine.py") or any(place.endswith(f"/{name}") for place in places), (file, name)
        for name in re.findall(r"`brapped_assets((?:\.[a-z_0-9]+)+)`", text_of(file)):
            module = HERE / "brapped_assets" / name[1:].replace(".", "/")
            assert any(one.is_dir() or one.with_suffix(".py").exists() for one in (module, module.parent)), (file, name)


def test_a_name_that_a_comment_or_docstring_quotes_is_one_of_the_code() -> None:
    quoted: list[tuple[Path, str]] = []
    known: set[str] = set()
    tops = [HERE / top for top in ("brapped_assets", "brapped_assets_tests", "bench")]
    for file in (file for top in tops for file in top.rglob("*") if file.suffix in {".py", ".sql", ".js", ".html"}):
        known |= {file.stem, *file.relative_to(HERE).parts}
        if file.suffix != ".py":
            known |= set(re.findall(r"\w+", text_of(file)))
            continue
        begins = True
        for token in tokenize.generate_tokens(io.StringIO(text_of(file)).readline):
            # A string that begins a line is a docstring.
            if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and begins):
                quoted += [(file, name) for name in re.findall(r"(?<!`)`([A-Za-z_][\w.]*)(?:\(\))?`", token.string)]
            elif token.type in {tokenize.NAME, tokenize.STRING}:
                known |= set(re.findall(r"\w+", token.string))
            begins = token.type in {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}
    assert [(file, name) for file, name in quoted if not known.issuperset(name.split("."))] == []


def test_the_example_of_settings_names_every_one() -> None:
    named = re.findall(r"^([A-Z_]+)=", (HERE / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(SETTINGS)


def test_every_command_is_in_the_table_of_commands() -> None:
    named = set(re.findall(r"`brapped ([a-z-]+)", text_of(HERE / "docs" / "commands.md")))
    assert named == set(commands())


def test_nobody_is_told_to_install_from_an_index_what_is_in_none() -> None:
    for file in [*DOCUMENTS, *HERE.glob("brapped_assets/**/*.py"), *HERE.glob("deploy/**/*")]:
        if file.is_file():
            assert not re.search(r"pip install (-\S+ )*[\"']?brapped\b", text_of(file)), file
