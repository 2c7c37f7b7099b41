"""The server of the Model Context Protocol: names, words and errors of the tools, and questions to begin with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from brapped_assets.insights.api_answers.parameters import Refused
from brapped_assets.insights.list_order import Kind
from brapped_assets.mcp_server.allowed_sql import RefusedStatement
from brapped_assets.mcp_server.permission import Found
from brapped_assets.mcp_server.tools import Tools
from brapped_assets.warehouse.errors import WarehouseError

INSTRUCTIONS = (
    "Brapped keeps one person's music listening. Answer from its tools alone, never from memory. Where an answer says "
    "is_at_least, say 'at least'; where a share is estimated, say 'about'. Show the SQL of an answer to whoever asks "
    "how you know. Ask describe before you write SQL."
)
Range = Annotated[
    str, Field(description="today, week, last-week, 7d, month, 30d, year, all, 2025, 2025-03, 2025-01-01..2025-02-10")
]
Filters = Annotated[
    dict[str, list[str]], Field(description="Filters by name, as describe lists them, such as {'weekday': ['6', '7']}")
]
ToolsOf = Callable[[Context[Any, Any]], Tools]


def build_server(tools_of: ToolsOf, version: str) -> MCPServer[Any]:
    """`tools_of` gives the tools of whoever asks. Nothing of the tools writes anything."""
    server: MCPServer[Any] = MCPServer(
        "brapped",
        title="Brapped",
        instructions=INSTRUCTIONS,
        version=version,
        tools=_tools(tools_of),
        log_level="ERROR",
    )

    @server.prompt(title="My year")
    def my_year(year: str = "this year") -> str:
        """A year of listening, told as a story with its numbers."""
        return (
            f"Tell me about my music of {year}: minutes, artists, songs, what was new, the biggest day, and what "
            "changed against the year before. Use totals and top; say 'at least' where plays may be missing."
        )

    @server.prompt(title="What did I forget?")
    def what_did_i_forget() -> str:
        """Songs once loved and not heard for long."""
        return (
            "Which songs did I play most in former years and not at all in the last twelve months? Ask describe, then "
            "query bi.shown_plays where counts_as_play. List ten with their plays and the day I last heard them."
        )

    @server.prompt(title="Compare two times")
    def compare(first: str, second: str) -> str:
        """Two times side by side."""
        return (
            f"Compare my listening of {first} with that of {second}: totals of both, artists that came, that went, "
            "that rose and that fell. Ask completeness of both before, and compare nothing that is not known whole."
        )

    return server


def _tools(tools_of: ToolsOf) -> list[Tool]:
    tools: list[Tool] = []

    def tool(function: Callable[..., Found]) -> None:
        tools.append(_strict(Tool.from_function(function)))

    @tool
    def describe(context: Context[Any, Any]) -> Found:
        """The tables and columns in words, filters, what counts as a play, time zone, and how much is known."""
        with _in_words():
            return tools_of(context).describe()

    @tool
    def query(context: Context[Any, Any], sql: str, limit: int = 100) -> Found:
        """Run one read-only SELECT (PostgreSQL) over the tables that describe names. It has a few seconds."""
        with _in_words():
            return tools_of(context).query(sql, limit)

    @tool
    def totals(context: Context[Any, Any], range: Range = "year", filters: Filters | None = None) -> Found:  # noqa: A002
        """Plays, minutes, songs, artists, streaks and records of a time, by the listener's rule of counting."""
        with _in_words():
            return tools_of(context).totals(range, filters or {})

    @tool
    def top(
        context: Context[Any, Any],
        *,
        kind: Kind = "artists",
        range: Range = "year",  # noqa: A002
        by: Literal["plays", "minutes"] = "plays",
        limit: Annotated[int, Field(ge=1, le=1000)] = 10,
        filters: Filters | None = None,
    ) -> Found:
        """The most played artists, songs, albums, days or contexts of a time."""
        with _in_words():
            return tools_of(context).top(kind, range, by, limit, filters or {})

    @tool
    def plays(
        context: Context[Any, Any],
        *,
        range: Range = "7d",  # noqa: A002
        text: str = "",
        limit: Annotated[int, Field(ge=1, le=1000)] = 50,
        before: str = "",
        filters: Filters | None = None,
    ) -> Found:
        """Single plays, newest first; text is looked for in names; before is older_before of the last answer."""
        with _in_words():
            return tools_of(context).plays(range, text, limit, before, filters or {})

    @tool
    def completeness(context: Context[Any, Any], range: Range = "all") -> Found:  # noqa: A002
        """What is known of a time and what is not: gaps, and stretches that nothing vouches for."""
        with _in_words():
            return tools_of(context).completeness(range)

    return tools


def _strict(tool: Tool) -> Tool:
    """The same, refusing a parameter that it does not have: a filter that is left out unsaid is a wrong answer."""
    parameters = tool.fn_metadata.arg_model
    parameters.model_config["extra"] = "forbid"
    parameters.model_rebuild(force=True)
    tool.parameters = parameters.model_json_schema(by_alias=True)
    return tool


@contextmanager
def _in_words() -> Iterator[None]:
    """Whatever cannot be answered is said in words, to whoever asked."""
    try:
        yield
    except Refused as error:
        raise ToolError(f"{error.parameter}: {error}") from None
    except (RefusedStatement, WarehouseError) as error:
        raise ToolError(str(error)) from None
