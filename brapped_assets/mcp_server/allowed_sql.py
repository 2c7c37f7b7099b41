"""A statement that somebody else wrote, read before the database reads it: one SELECT over one listener's tables."""

import logging
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from brapped_assets.mcp_server.listener_tables import ListenerTable

# It writes other people's statements into the log.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
LONGEST = 10_000
# Whatever is no query, takes locks, or is filled in by somebody else.
REFUSED_PARTS: tuple[type[Any], ...] = (
    exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Set, exp.Placeholder, exp.Parameter, exp.SessionParameter,
    exp.Lateral, exp.TableSample, exp.XMLTable, exp.Pragma, exp.Transaction, exp.Rollback, exp.Commit,
)  # fmt: skip
BI = exp.to_identifier("bi")
QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)
# Functions that read nothing, wait for nothing and repeat nothing.
FUNCTIONS: tuple[type[Any], ...] = (
    exp.Abs, exp.And, exp.Any, exp.ArrayAgg, exp.Avg, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce, exp.Concat,
    exp.ConcatWs, exp.Corr, exp.Count, exp.CumeDist, exp.CurrentDate, exp.CurrentTimestamp, exp.DateTrunc,
    exp.DenseRank, exp.Exists, exp.Exp, exp.Extract, exp.FirstValue, exp.Floor, exp.Greatest, exp.GroupConcat, exp.If,
    exp.Initcap, exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Left, exp.Length, exp.Ln, exp.Log, exp.LogicalAnd,
    exp.LogicalOr, exp.Lower, exp.Max, exp.Median, exp.Min, exp.Mode, exp.NthValue, exp.Ntile, exp.Nullif, exp.Or,
    exp.PercentRank, exp.PercentileCont, exp.PercentileDisc, exp.Pow, exp.Rank, exp.RegexpLike, exp.Right, exp.Round,
    exp.RowNumber, exp.Sign, exp.SplitPart, exp.Sqrt, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.StrPosition,
    exp.Substring, exp.Sum, exp.TimeToStr, exp.TimestampTrunc, exp.ToChar, exp.Trim, exp.Upper, exp.Variance,
    exp.VariancePop, exp.WidthBucket,
)  # fmt: skip
NAMED_FUNCTIONS = {"age", "div", "every", "justify_hours", "make_date", "make_interval", "mod", "to_timestamp", "trunc"}
TYPES = {
    exp.DataType.Type(name)
    for name in (
        "BIGINT", "BOOLEAN", "CHAR", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INT", "INTERVAL", "SMALLINT", "TEXT",
        "TIME", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR",
    )
}  # fmt: skip


class RefusedStatement(ValueError):
    """A statement that is not run; the text says what would do."""


def read_statement(sql: str, tables: Mapping[str, ListenerTable]) -> str:
    """What the database is asked in place of `sql`: the same question, of the listener's rows alone.

    It is written anew from what was understood, so nothing else is ever sent. Raises RefusedStatement.
    """
    query = _parsed(sql)
    queries = {with_.alias for with_ in query.find_all(exp.CTE)}
    for name in queries:
        # So that no name can mean one of PostgreSQL's own tables where the query behind it is not in sight.
        if name.lower().startswith("pg_") or name.lower() in tables:
            raise RefusedStatement(f"A query cannot be named {name}; take another name.")
    for node in query.walk():
        _judge(node)
    for column in query.find_all(exp.Column):
        # A table has no schema once its rows stand in its place.
        column.set("db", None)
    for table in list(query.find_all(exp.Table)):
        _narrow(table, tables, queries)
    return query.sql("postgres", comments=False)


def _parsed(sql: str) -> exp.Expr:
    if len(sql) > LONGEST or "\0" in sql:
        raise RefusedStatement(f"A statement has {LONGEST} characters at most, and no zero.")
    try:
        statements = [one for one in sqlglot.parse(sql, read="postgres") if one is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "too deep"
        raise RefusedStatement(f"This cannot be read as PostgreSQL's SQL: {reason}") from None
    if len(statements) != 1:
        raise RefusedStatement("Ask one SELECT at a time.")
    (query,) = statements
    if not isinstance(query, QUERIES):
        raise RefusedStatement("Only a SELECT is run here: nothing can be changed.")
    return query


def _judge(node: exp.Expr) -> None:
    if isinstance(node, REFUSED_PARTS):
        raise RefusedStatement(f"{type(node).__name__.upper()} is not run here: ask a plain SELECT.")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise RefusedStatement("WITH RECURSIVE is not run here.")
    if isinstance(node, exp.DataType) and node.this not in TYPES:
        raise RefusedStatement(f"The type {node.sql('postgres')} is not known here.")
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in NAMED_FUNCTIONS:
            raise RefusedStatement(f"The function {node.name} is not run here.")
    elif isinstance(node, exp.Func) and not isinstance(node, FUNCTIONS):
        raise RefusedStatement(f"The function {node.sql_name()} is not run here.")


def _narrow(table: exp.Table, tables: Mapping[str, ListenerTable], queries: set[str]) -> None:
    """Put the listener's rows where a table is named."""
    if not isinstance(table.this, exp.Identifier):
        raise RefusedStatement("Only the tables of the schema bi can be read.")
    if not table.db and not table.catalog and table.name in queries:
        return
    name, schema = (
        part.name if part.quoted else part.name.lower() for part in (table.this, table.args.get("db") or BI)
    )
    known = tables.get(name) if schema == "bi" and not table.catalog else None
    if known is None:
        raise RefusedStatement(
            f"There is no table {table.sql('postgres')} here; there are {', '.join(f'bi.{name}' for name in tables)}."
        )
    rows = sqlglot.parse_one(known.source, read="postgres")
    narrowed = exp.Subquery(
        this=rows, alias=table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(known.name))
    )
    for part in ("joins", "pivots", "laterals"):
        if value := table.args.get(part):
            narrowed.set(part, value)
    table.replace(narrowed)
