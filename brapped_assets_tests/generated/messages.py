"""The template of the catalogues, and the catalogues held against it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, extract, pofile

from brapped_assets.text.language import ENGLISH, LANGUAGES
from brapped_assets.text.translation import FOLDER
from brapped_assets.web.how_counted import SECTIONS

PACKAGE = FOLDER.parent
TEMPLATE = FOLDER / "brapped.pot"
METHODS = [
    ("demo/**", "ignore"), ("commands/**", "ignore"), ("rendering/static/vendor/**", "ignore"),
    ("**.py", "python"), ("rendering/templates/**.html", "jinja2.ext:babel_extract"),
    ("rendering/static/**.js", "javascript"),
]  # fmt: skip
OPTIONS = {
    "rendering/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"},
    "rendering/static/**.js": {"template_string": "true"},
}
# Of two forms the second where this holds.
PLURALS = {"de": "(n != 1)", "es": "(n != 1)", "fr": "(n > 1)", "hi": "(n > 1)"}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """Every text of pages, cards, reports and messages, in the order of the alphabet and without places.

    So that a line that moves, or two people's new texts, change little of it.
    """
    found = Catalog(project="Brapped", charset="utf-8", fuzzy=False)
    for message in sorted(set(_messages()), key=str):
        found.add(message)
    return found


def _messages() -> Iterator[str | tuple[str, str]]:
    told = extract.extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS)
    for _file, _line, text, _comments, _context in told:
        yield (str(text[0]), str(text[1])) if isinstance(text, tuple) else str(text)
    for formulas in SECTIONS.values():
        for formula in formulas:
            yield formula.name
            yield formula.words


def written(catalogue: Catalog) -> bytes:
    """As it is kept: without the moment it was made at."""
    file = BytesIO()
    pofile.write_po(file, catalogue, width=120, omit_header=False, sort_output=False)
    lines = file.getvalue().decode().split("\n")
    moments = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Report-Msgid-Bugs-To')
    return "\n".join(line for line in lines if not line.startswith((*moments, "# "))).encode()


def catalogue_file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "brapped.po"


def empty(language: str) -> Catalog:
    found = Catalog(language, project="Brapped", charset="utf-8", fuzzy=False)
    # CLDR has a third form for millions in Spanish and French, and counts nothing as one in Hindi.
    found._num_plurals, found._plural_expr = 2, PLURALS[language]  # type: ignore[assignment]
    return found


def brought_up(language: str, texts: Catalog) -> Catalog:
    """A language's catalogue with the texts there are: new ones untranslated, those that are gone without."""
    file = catalogue_file(language)
    before = pofile.read_po(BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog(language)
    found = empty(language)
    for message in texts:
        if not message.id:
            continue
        known = before.get(message.id)
        # A text that has two forms now is another one than with one.
        is_same = known is not None and not known.fuzzy and known.pluralizable == message.pluralizable
        found.add(message.id, known.string if known and is_same else None, flags=message.flags)
    return found


def write() -> None:
    texts = template()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(texts))
    for language in LANGUAGES:
        if language != ENGLISH:
            catalogue_file(language).parent.mkdir(parents=True, exist_ok=True)
            catalogue_file(language).write_bytes(written(brought_up(language, texts)))
