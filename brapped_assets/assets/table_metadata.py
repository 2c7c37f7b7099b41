"""Metadata every table asset carries, in Dagster's own keys."""

from datetime import UTC, datetime
from time import perf_counter

import dagster as dg

from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.db.connections import Connection

OWNERS = ["team:brapped"]


def definition(table: str) -> dict[str, str]:
    """What is known of a table without a database."""
    return {"dagster/table_name": f"brapped.{table}"}


def spent(tx: Connection, spotify: SpotifyResource, started: float) -> dict[str, float]:
    """What a run that asks Spotify took: calls, how many are left today, and seconds since `perf_counter` `started`."""
    return {
        "calls_used": spotify.ledger.made,
        "calls_left_today": spotify.ledger.left_in(tx, datetime.now(UTC)),
        "seconds": round(perf_counter() - started, 3),
    }


def contents(tx: Connection, table: str) -> dict[str, dg.MetadataValue]:
    """Columns, as the database has them at this moment, and the number of rows."""
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
        )
        for column in run_stats.columns(tx, table)
    ]
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
        "dagster/row_count": dg.MetadataValue.int(run_stats.rows(tx, table)),
    }
