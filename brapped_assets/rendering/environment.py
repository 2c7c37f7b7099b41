"""Templates as pages, reports and messages use them."""

from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from brapped_assets import __version__
from brapped_assets.insights.rule_comparison import SHORT
from brapped_assets.rendering import squares
from brapped_assets.rendering.drawings import drawing
from brapped_assets.rendering.script_texts import script_texts
from brapped_assets.rendering.unbroken import unbroken
from brapped_assets.text import formatting
from brapped_assets.text.cldr import country_name, marks, number
from brapped_assets.text.language import display
from brapped_assets.text.plain import calm
from brapped_assets.text.translation import N_, is_number, plural, translated

HERE = Path(__file__).parent


@cache
def environment() -> Environment:
    """Templates with autoescape on everything: names are hostile input. What it compiled it keeps."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_calmed,
        # Jinja reckons filters of constants once, when a template is first needed: in the language of whoever asked.
        optimized=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Before the extension, which keeps what there is: values go to our functions, which write numbers.
    templates.extend(newstyle_gettext=True)
    templates.add_extension("jinja2.ext.i18n")
    templates.policies["ext.i18n.trimmed"] = True
    templates.globals.update({"_": _text, "gettext": _text, "ngettext": _counted})
    templates.globals.update(
        {"display": display, "script_texts": script_texts, "number_style": number_style, "kind_words": kind_words}
    )
    templates.filters.update(formatting.FILTERS | squares.FILTERS)
    templates.filters["drawing"] = drawing
    templates.filters["motif"] = _motif
    templates.filters["translated"] = translated
    templates.filters["country"] = country_name
    templates.filters["rule"] = lambda rule: translated(SHORT[rule])
    templates.filters["unbroken"] = unbroken
    templates.globals["version"] = __version__
    return templates


def _calmed(value: object) -> object:
    """What a template writes; texts of ours and what is rendered already are Markup, and left alone."""
    return calm(value) if type(value) is str else value


def _text(text: str, /, **values: object) -> Markup:
    """A text of ours, which may have elements; what is put into it is escaped."""
    return _filled(translated(text), values) if values else _whole(translated(text))


@lru_cache(4_000)
def _whole(text: str) -> Markup:
    """A text without values: most are."""
    return Markup(text % {})  # noqa: S704  (ours)


def _counted(one: str, many: str, n: float, /, **values: object) -> Markup:
    return _filled(plural(one, many, n), {"num": n, **values})


def _filled(text: str, values: dict[str, object]) -> Markup:
    """As Markup fills it, in a third of the time: a page has a thousand texts."""
    told = {name: number(value) if is_number(value) else escape(_calmed(value)) for name, value in values.items()}
    return Markup(text % told)  # noqa: S704  (as above)


@lru_cache(64)
def _motif(key: str) -> Markup:
    """What stands behind a card: shapes without a word, the same each time."""
    return Markup(environment().get_template("motif.html").render(key=key))  # noqa: S704  (ours)


KINDS = {
    "artist": N_("artist"), "track": N_("song"), "album": N_("album"),
    "genre": N_("genre"), "origin": N_("origin"), "began": N_("beginning"), "decade": N_("decade"),
    "weekday": N_("weekday"), "hour": N_("hour"), "device": N_("device"), "country": N_("country"),
    "context": N_("context"), "source": N_("source"), "end": N_("end"), "mode": N_("mode"), "basis": N_("basis"),
    "private": N_("private sessions"), "rule": N_("rule"),
}  # fmt: skip


def kind_words(kind: str) -> str:
    """What a filter is of, in a word."""
    return translated(KINDS.get(kind, kind))


def number_style() -> str:
    """A language whose numbers are written as chosen, or as in the region, for scripts; empty: that of the page."""
    now = display()
    if not now.numbers and now.region and marks(now) != marks(now._replace(region="")):
        return f"{now.language}-{now.region}"
    return {"comma": "en", "point": "de", "space": "fr", "indian": "en-IN"}.get(now.numbers, "")
