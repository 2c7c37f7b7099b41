"""What can be asked: each address with scope, parameters and what answers it. OpenAPI is made from this."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args

from brapped_assets.insights.api_answers import (
    completeness,
    facets,
    items,
    lists,
    plays,
    rankings,
    series,
    totals,
    wrapped,
)
from brapped_assets.insights.api_answers.model import About, Model
from brapped_assets.insights.api_answers.parameters import Parameter, of_period, of_selection
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.items import Kind
from brapped_assets.insights.list_order import KINDS
from brapped_assets.insights.names import MUSIC
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.read_tokens import Scope

Data = TypeVar("Data")
# How a file is made of it: of rows, of one row, or bit by bit to the end, as the pages write it.
AsFile = Literal["", "rows", "row", "list", "plays"]


class Answer(Model, Generic[Data]):
    """Numbers, and what they say of themselves."""

    about: About
    """Whose numbers these are, of what, by which rule, as of when, and where plays may lack."""
    data: Data
    """The numbers."""
    total: int | None
    """Of a list how many rows there are in all; else null."""
    next: str | None
    """The address of the next page; null: there is none."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        (of,) = params
        rows = get_args(of)
        return f"{rows[0].__name__}ListAnswer" if rows else f"{of.__name__}Answer"


class Built(NamedTuple):
    """What answers a question; `turned` is what the address of the next page says instead."""

    data: Any
    total: int | None = None
    turned: dict[str, str] | None = None


@dataclass(frozen=True)
class Endpoint:
    """`is_versioned`: its numbers follow from plays alone, so that the version of those is that of the answer."""

    path: str
    scope: Scope
    summary: str
    data: Any
    build: Callable[[Connection, Question], Built]
    as_file: AsFile = ""
    parameters: tuple[Parameter, ...] = ()
    default_range: str = "year"
    is_versioned: bool = False
    kind: Any = None
    common: tuple[Parameter, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "common", (of_period(self.default_range), *of_selection()))

    @property
    def known(self) -> tuple[Parameter, ...]:
        """All that can be asked."""
        return (*self.common, *self.parameters)

    # Once: pydantic forgets a model that nobody holds.
    @cached_property
    def answer(self) -> type[Answer[Any]]:
        return Answer[self.data]  # type: ignore[name-defined]


def _just(of: Callable[[Connection, Question], Any]) -> Callable[[Connection, Question], Built]:
    return lambda tx, asked: Built(of(tx, asked))


def _list(kind: Any, tx: Connection, asked: Question) -> Built:
    rows, many = lists.list_rows(tx, asked, kind)
    page = asked.asked["page"]
    turned = {"page": f"{page + 1}"} if page * asked.asked["limit"] < many else None
    return Built(rows, many, turned)


def _plays(tx: Connection, asked: Question) -> Built:
    rows, place = plays.plays(tx, asked)
    return Built(rows, len(plays.listing(tx, asked).rows), {"before": place} if place else None)


def endpoints() -> list[Endpoint]:
    return [
        Endpoint("/totals", "totals", "Plays and time of a period, how varied it was, and what was new",
                 totals.Totals, _just(totals.totals), "row", is_versioned=True),
        *(Endpoint(f"/series/{unit}", "totals", f"Plays and time by {unit.removesuffix('s')}", list[series.Series],
                   _just(partial(series.series, unit=unit)), "rows", is_versioned=True)
          for unit in get_args(series.Unit)),
        Endpoint("/clock", "totals", "Plays and time by the hours of the week", list[series.HourOfWeek],
                 _just(series.clock), "rows", is_versioned=True),
        Endpoint("/facets", "totals", "What the plays could be narrowed by, each value with its numbers",
                 list[facets.Facet], _just(facets.facet_rows), "rows", is_versioned=True),
        Endpoint("/completeness", "totals", "What is known of a period, and what is not",
                 completeness.Completeness, _just(completeness.completeness), "row"),
        *(Endpoint(f"/lists/{kind}", "lists", f"All {kind} of a period, to the end",
                   list[lists.row_model(kind)],  # type: ignore[misc]
                   partial(_list, kind), "list", tuple(lists.parameters(kind)), kind=kind)
          for kind in KINDS),
        Endpoint("/plays", "plays", "Every play, newest first, also those that do not count", list[plays.Play], _plays,
                 "plays", tuple(plays.PARAMETERS), "all"),
        *(Endpoint(f"/{kind}/{{key}}", "lists", f"One {items.WORDS[kind]}", items.Item,
                   _just(partial(items.item, kind=kind)), parameters=(items.KEY,), default_range="all", kind=kind)
          for kind in get_args(Kind)),
        *(Endpoint(f"/ranks/{kind}", "lists", f"The ten most played {kind} and their places over time",
                   rankings.RankOverTime, _just(partial(rankings.rank_over_time, kind=kind)), kind=kind)
          for kind in MUSIC),
        Endpoint("/spotify-ranking", "lists", "Spotify's own ranking, without counts; it follows no filter",
                 list[rankings.SpotifyRank], _just(rankings.spotify_ranking), "rows"),
        Endpoint("/wrapped", "lists", "The numbers of Wrapped, of any period", wrapped.Wrapped,
                 _just(wrapped.wrapped)),
    ]  # fmt: skip


def scalars(model: type[Model]) -> Iterable[str]:
    """The columns of a file of one row: what holds neither rows nor parts."""
    return [
        name for name, one in model.model_fields.items()
        if not any(isinstance(part, type) and issubclass(part, Model | list)
                   for part in (one.annotation, *get_args(one.annotation), getattr(one.annotation, "__origin__", None)))
    ]  # fmt: skip
