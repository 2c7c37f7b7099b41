"""The catalogues: whole, up to date, and fit to be put where the English text stands."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Catalog, pofile

import brapped_assets
from brapped_assets.text.language import LANGUAGES, Display, written_as
from brapped_assets.text.translation import ngettext
from brapped_assets_tests.generated.messages import PLURALS, TEMPLATE, brought_up, catalogue_file, template, written

TRANSLATED = [language for language in LANGUAGES if language != "en"]
VALUE, ELEMENT = re.compile(r"%\([a-z_]+\)s|%%"), re.compile(r"</?[a-z]+[^>]*>")


def catalogue(language: str) -> Catalog:
    with catalogue_file(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


@pytest.fixture(scope="module")
def every_text() -> Catalog:
    """Looked for in all sources: a second of CPU."""
    return template()


def test_the_template_has_every_text_there_is(every_text: Catalog) -> None:
    """After a change of a text: `make generated`."""
    assert TEMPLATE.read_bytes().decode() == written(every_text).decode()


def test_no_text_stands_inside_of_an_f_string() -> None:
    """Whoever looks for texts sees none there, and it stays English without a word."""
    inside = re.compile(r"\{(_|N_|ngettext)\(['\"]")
    sources = Path(brapped_assets.__file__).parent.rglob("*.py")
    assert [file.name for file in sources if inside.search(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_texts_of_the_template(language: str, every_text: Catalog) -> None:
    """After a change of a text: `make generated`."""
    assert catalogue_file(language).read_bytes().decode() == written(brought_up(language, every_text)).decode()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_has_a_translation_in_every_language(language: str) -> None:
    """Whoever adds a text translates it: a page is not half in English."""
    untold = [
        message.id
        for message in catalogue(language)
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]
    assert untold == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_and_the_elements_of_its_text(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        texts, found = _forms(message.id), _forms(message.string)
        if not message.id:
            continue
        # One thing may do without its number.
        may_lack = {"%(num)s"} if len(texts) > 1 else set()
        for nth, one in enumerate(found):
            for kind in (VALUE, ELEMENT):
                here, there = Counter(kind.findall(one)), Counter(kind.findall(texts[min(nth, len(texts) - 1)]))
                different = {what for what in {*here, *there} if here[what] != there[what]}
                if different - (may_lack if nth == 0 else set()):
                    wrong.append((texts[0], one))
            # It may stand in an attribute; blanks around it are the sentence's.
            if '"' in ELEMENT.sub("", one) or one != one.strip() or not one:
                wrong.append((texts[0], one))
    assert wrong == []


def _forms(text: object) -> list[str]:
    """A text, or its two forms."""
    return [str(one or "") for one in text] if isinstance(text, list | tuple) else [str(text or "")]


def test_french_has_a_narrow_blank_that_does_not_break_before_its_marks() -> None:
    texts = [one for message in catalogue("fr") if message.id for one in _forms(message.string)]
    assert [one for one in texts if re.search(r"\S[ \u00a0][:;!?»](?:\s|<|$)", one)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_has_two_forms_for_numbers_by_its_own_rule(language: str) -> None:
    found = catalogue(language)
    assert (found.num_plurals, found.plural_expr) == (2, PLURALS[language])


def test_a_number_takes_the_form_of_its_language() -> None:
    told = {}
    for language in ("en", "de", "fr"):
        with written_as(Display(language)):
            told[language] = [ngettext("%(num)s day", "%(num)s days", n) for n in (0, 1, 2, 1234)]
    assert told == {
        "en": ["0 days", "1 day", "2 days", "1,234 days"],
        "de": ["0 Tage", "1 Tag", "2 Tage", "1.234 Tage"],
        "fr": ["0 jour", "1 jour", "2 jours", "1\u202f234 jours"],
    }
